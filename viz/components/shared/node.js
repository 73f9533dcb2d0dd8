// Nodes and the words in them. Text goes in as text only: a token may look like markup.

function mjNode(name, attributes = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node[key] = value;
    else if (value !== false && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function mjSvg(name, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** A sentence with its placeholders filled, as text; of a node its text. What has no value stays a placeholder. */
function mjFilled(words, values = {}) {
  const fill = (whole, name) => (name in values ? String(values[name]?.textContent ?? values[name]) : whole);
  return String(words).replace(/\{(\w+)\}/g, fill);
}
