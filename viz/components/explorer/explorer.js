// The explorer, mounted: one record, filled with what Python sent, drawn. This file comes last and exports.
// `at` is the record the other files share: {root, data, state, shown, parts, theme, map(part, unit), chosen(part), set, point}.
// What the colour means is in at.shown, {name, meaning, word}: what is drawn. state.meaning may be ahead of it while the numbers
// come.

const mjMounted = new WeakMap();

function mjMount(root, data) {
  const at = { root, data, abort: new AbortController(), pointed: null, width: root.clientWidth, seq: 0 };
  at.chosen = (part, own = false) => mjChosen(at, part, own);
  at.painted = () => requestAnimationFrame(() => { at.seq += 1; root.dataset.seq = String(at.seq); });
  at.cross = () => at.store("cross", "words");
  at.map = (part, unit) => at.store(part, unit, at.shown.name);
  at.set = (change) => {
    const { hide } = at.state;
    at.failed = "";
    at.state = mjChange(at.state, change, at.data);
    if (hide !== at.state.hide) mjDrawSentence(at);
    mjDraw(at);
    mjAddressSoon(at);
  };
  at.point = (focus) => { at.pointed = focus; if (at.state.view === "lines") mjTimed(at, () => mjDrawFocus(at)); };
  at.parts = mjBuild(at);
  mjListen(at);
  return at;
}

/** Streamlit calls this again with every change of data and of theme, without a cleanup in between. */
function mjReceive(at, data) {
  const choice = JSON.stringify(data.choice), { stack } = data, same = at.run === data.run.id;
  at.data = data;
  // an echo of what was chosen here is older than what was chosen since
  const fresh = at.choice !== choice && at.echo !== mjSameChoice(data, data.choice);
  if (!fresh) at.echo = null;
  if (!same) {
    const stacks = new Map(), nothing = { shown: MJ_SHOWN, usual: null, asked: null, failed: "", pointed: null };
    Object.assign(at, { stacks, store: mjStore(data, stacks), ...nothing });
  }
  const kept = same ? at.state?.byPart : mjUnpinned(at.state?.byPart, data);
  at.state = fresh ? mjAdopt(data.choice, data, kept) : mjClamp(at.state, data);
  Object.assign(at, { choice, run: data.run.id });
  if (stack?.run === data.run.id) mjTakeStack(at, stack);
  at.theme = mjTheme(at);
  mjWearTheme(at);
  mjDrawFrame(at);
  mjDrawSentence(at);
  mjDraw(at);
  if (!fresh) mjAddressSoon(at); // what did not fit the new run has left the state
}

export default function explorer({ data: packed, parentElement, setStateValue }) {
  const data = mjUnpack(packed);
  const root = parentElement.querySelector(".mj-root");
  if (!mjMounted.has(root)) mjMounted.set(root, mjMount(root, data));
  const at = mjMounted.get(root);
  at.ask = (what) => setStateValue("wanted", what);
  mjReceive(at, data);
  return () => {
    at.abort.abort();
    at.resize.disconnect();
    clearTimeout(at.addressTimer);
    mjMounted.delete(root);
  };
}
