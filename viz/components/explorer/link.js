// Addresses: of this view, and of the pages that have more to say about a head.

function mjAddressValue(key, value) {
  if (key === "heads") return value.length ? value.join(",") : "all";
  if (key === "hide") return value ? "1" : "0";
  if (value === null || value === undefined) return "none";
  return String(key === "word" || key === "step" ? value + 1 : value); // people count from one
}

/** This view's address. Only our own parameters are touched, and only those that differ from their defaults stand in it. */
function mjAddress(href, { data, state }) {
  const address = new URL(href);
  for (const [key, usual] of Object.entries({ ...data.defaults, ...data.suggested[state.part] })) {
    const value = mjAddressValue(key, state[key]);
    if (value === mjAddressValue(key, usual)) address.searchParams.delete(key);
    else address.searchParams.set(key, value);
  }
  return address;
}

/** The pages that fit what is chosen: of one head what it does, its arithmetic, itself beside another sentence (an encoder's),
 * the sentence without it; of several, what heads do. */
function mjWays(ways, part, one) {
  return (ways || []).filter((way) => way === "heads" || (one && (way !== "pair" || part === "encoder")));
}

/** The address of one of them. head: {part, layer, heads}, from 1; null where several are chosen. */
function mjWayAddress(href, way, head) {
  const kept = [...new URL(href).searchParams].filter(([name]) => ["text", "model", "lang", "beams"].includes(name));
  const chosen = !head ? {} : way === "switch-off" ? { off: Object.values(head).join(".") } : head;
  return `${way}?${new URLSearchParams({ ...Object.fromEntries(kept), ...chosen })}${head && way === "heads" ? "#card" : ""}`;
}
