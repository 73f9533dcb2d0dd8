// What is said: sentences of the page's language with this view's words and numbers in them.

function mjText(at, key, values = {}) {
  return mjFilled(at.data.strings[key] ?? key, values);
}

/** A sentence whose placeholders may be nodes. */
function mjFill(at, node, key, values) {
  const pieces = String(at.data.strings[key] ?? key).split(/\{(\w+)\}/);
  node.replaceChildren(...pieces.map((piece, place) => (place % 2 ? values[piece] ?? "" : piece)));
}

function mjStrong(text) {
  return mjNode("strong", { dir: "auto" }, [text]);
}

/** A list in words whose first and strongest item is in bold. */
function mjStrongFirst(at, items) {
  const list = mjNode("span"), [first = "", ...rest] = items;
  list.append(mjStrong(first), rest.map((item) => mjText(at, "separator") + item).join(""));
  return list;
}

/* Heads, and what they do. */

/** The roles of the heads of this part, [name, group] in order of layers; null where they are not known or heads are not told
 * apart. */
function mjRoles(at) {
  return at.shown.meaning === "rollout" ? null : at.data.roles?.[at.state.part] || null;
}

/** Groups that some head of the part on screen belongs to. */
function mjGroupsDrawn(at) {
  const drawn = new Set((mjRoles(at) || []).map(([, group]) => group));
  return Object.keys(at.data.groups || {}).filter((group) => drawn.has(group));
}

/** "4", or "4 (coreference)" where it is known what the head does. */
function mjHeadName(at, layer, head) {
  const role = mjRoles(at)?.[layer * at.data.run.maps[at.state.part].heads + head];
  return role ? mjText(at, "head_role", { head: head + 1, role: role[0] }) : String(head + 1);
}

/** layer: where the heads are of one layer, so that a single one can be named by its role. */
function mjHeadsText(at, heads, all, layer = null) {
  if (heads.length === 1) {
    return mjText(at, "one_head", { head: layer === null ? heads[0] + 1 : mjHeadName(at, layer, heads[0]) });
  }
  const values = { count: heads.length, heads: heads.map((head) => head + 1).join(", ") };
  return mjText(at, heads.length === all ? "mean_all_heads" : "mean_heads", values);
}

/* What the colour means. */

/** The sentence of this name for what is drawn. */
function mjMeant(at, key) {
  return at.shown.meaning === "weights" ? key : `${key}_${at.shown.meaning}`;
}

function mjQuantity(at) {
  return mjText(at, mjMeant(at, "colourbar"));
}

/** The word of the translation that gradient × weight speaks of. */
function mjOutputText(at) {
  return at.shown.meaning === "gradient" ? at.data.run.target.words[at.shown.word].text : "";
}

/** What 1 stands for, and what a row sums to. */
function mjScaleText(at) {
  const { part } = at.state, { largest } = at.map(part, at.state.unit);
  const key = at.shown.meaning === "rollout" && part !== "encoder" ? "scale_rollout_shared" : mjMeant(at, "scale");
  return mjText(at, key, { largest: Number(largest.toPrecision(3)), part: mjText(at, part), output: mjOutputText(at) });
}

/** What the hidden columns hold: of the pinned row where lines show one, else on the average of the rows. */
function mjMass(at) {
  const { map, layers, heads } = mjDrawnHeads(at), rows = mjShown(map.queries, true), columns = mjShown(map.keys, true);
  const focus = at.state.view === "lines" && mjPinned(at);
  const pinned = focus ? rows.filter((row) => map.queries[row].word === focus.word) : [];
  const share = mjHiddenMass(map, layers, heads, pinned.length ? pinned : rows, columns);
  const percent = mjText(at, "percent", { number: Math.round(100 * share) });
  const word = pinned.map((row) => map.queries[row].text).join("·");
  return mjText(at, mjMeant(at, pinned.length ? "hidden_mass_row" : "hidden_mass"), { percent, word });
}

/** What one link says: of a head its strongest, or that of the cell that is pointed at. */
function mjSayLink(at, key, map, layer, head, link) {
  const masked = mjMasked(map, link.row, link.column);
  const weight = mjWeight(map, layer, head, link.row, link.column);
  mjFill(at, at.parts.say, mjMeant(at, key), {
    layer: layer + 1, head: mjHeadName(at, layer, head), output: mjOutputText(at),
    query: mjStrong(map.queries[link.row].text), key: mjStrong(map.keys[link.column].text),
    weight: masked ? mjText(at, "masked") : mjNumber(weight, at.data.bits),
  });
}

/** Where the numbers come from. */
function mjFootText(at) {
  const { run, bits } = at.data, own = at.shown.meaning === "weights";
  const facts = [
    run.model, run.device, run.recorded && mjText(at, "recorded"), run.method && mjText(at, `method_${run.method}`),
    mjText(at, "one_scale"), mjText(at, own ? "coding" : "coding_other", { bits }), mjText(at, mjMeant(at, "recomputed")),
  ];
  return facts.filter(Boolean).join(" · ");
}
