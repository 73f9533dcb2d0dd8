// Colours of the page, read from Streamlit's variables whenever they may have changed, and worn by the explorer's own style.

function mjTheme(at) {
  const style = getComputedStyle(at.root), read = (name, usual) => style.getPropertyValue(name).trim() || usual;
  const paper = read("--st-background-color", "#FCFBF8"), dark = mjLightness(paper) < 0.4;
  const { heads, groups, scale, masked, hatch } = at.data.colours[dark ? "dark" : "light"];
  at.root.classList.toggle("mj-dark", dark);
  const plain = (name) => `rgb(${mjResolve(at.root, name).join(", ")})`;
  return {
    dark, paper, ink: read("--st-text-color", "#1B1B1F"), accent: read("--st-primary-color", "#3F37C9"), font: style.fontFamily,
    heads, groups: groups || {}, scale, line: plain("--mj-line"), muted: plain("--mj-muted"),
    table: mjPixels(scale), masked: mjPixel(masked), hatch: mjPixel(hatch), maskedHex: masked,
  };
}

function mjWearTheme({ root, theme, data }) {
  const wear = (name, value) => root.style.setProperty(`--mj-${name}`, value);
  const { masked, hatch } = data.colours[theme.dark ? "dark" : "light"];
  theme.heads.forEach((colour, place) => wear(`head-${place + 1}`, colour));
  for (const [group, colour] of Object.entries(theme.groups)) wear(`group-${group}`, colour);
  wear("ramp", `linear-gradient(to right, ${theme.scale.map(([, colour]) => colour).join()})`);
  wear("masked", masked);
  wear("hatch", hatch);
}

/** Colour tells heads apart; one head alone needs no telling and takes the ink of the page's own accent. */
function mjHeadColour(at, head, alone = false) {
  return alone ? at.theme.accent : at.theme.heads[head % at.theme.heads.length];
}
