// The frame of the view, built once: what everything else is drawn into. at.parts holds its nodes by name.

function mjBuild(at) {
  const parts = {}, make = (name, tag, attributes, children) => (parts[name] = mjNode(tag, attributes, children));
  at.root.replaceChildren(
    mjBuildSentences(at, make),
    make("choices", "div", { class: "mj-choices" }), make("say", "p", { class: "mj-say", "aria-live": "polite" }),
    mjNode("div", { class: "mj-stage" }, [
      mjNode("div", { class: "mj-picture" }, [mjBuildLines(make), mjBuildAtlas(make), mjBuildMatrix(make)]),
      make("controls", "div", { class: "mj-controls" }),
    ]),
    make("caveat", "p", { class: "mj-caveat" }), make("ways", "nav", { class: "mj-actions mj-ways" }),
    make("actions", "div", { class: "mj-actions" }), make("foot", "p", { class: "mj-foot" }),
    make("tip", "div", { class: "mj-tip", role: "tooltip", hidden: true }),
  );
  parts.svg = mjSvg("svg", { class: "mj-svg", preserveAspectRatio: "none", "aria-hidden": "true" });
  parts.wires.append(parts.svg);
  return parts;
}

function mjBuildSentences(at, make) {
  const step = (by) => () => at.set({ step: mjNextStep(at, by) });
  return mjNode("div", { class: "mj-sentences" }, [
    make("target", "div", { class: "mj-target", lang: "fr", dir: "auto", role: "group" }),
    mjNode("div", { class: "mj-stepper" }, [
      make("back", "button", { type: "button", class: "mj-arrow", onclick: step(-1) }, ["‹"]),
      make("slider", "input", { type: "range", min: 0, max: 1, step: 1, value: 0, class: "mj-slider" }),
      make("forward", "button", { type: "button", class: "mj-arrow", onclick: step(1) }, ["›"]),
      make("stepText", "p", { class: "mj-step-text", "aria-live": "polite" }),
    ]),
    make("source", "div", { class: "mj-source", lang: "en", dir: "auto", role: "group" }),
  ]);
}

function mjBuildLines(make) {
  return make("lines", "div", { class: "mj-lines mj-only-lines" }, [
    make("leftHead", "div", { class: "mj-side mj-side-left" }), mjNode("div"), make("rightHead", "div", { class: "mj-side" }),
    make("left", "div", { class: "mj-left" }),
    make("wires", "div", { class: "mj-wires" }),
    make("right", "div", { class: "mj-right" }),
  ]);
}

function mjBuildAtlas(make) {
  return make("atlasBox", "div", { class: "mj-scroll mj-only-atlas" }, [
    make("atlasFrame", "div", { class: "mj-atlas-frame" }, [
      make("atlas", "canvas", { class: "mj-atlas", tabindex: 0, role: "img" }),
      make("tileMark", "div", { class: "mj-tile-mark", hidden: true }),
      make("cellMark", "div", { class: "mj-cell-mark", hidden: true }),
    ]),
  ]);
}

function mjBuildMatrix(make) {
  return make("matrixBox", "div", { class: "mj-scroll mj-only-matrix" }, [make("matrix", "div", { class: "mj-matrix" })]);
}

/** The words of the frame, which another language changes. */
function mjDrawFrame(at) {
  const { parts } = at, say = (name, key) => parts[name].setAttribute("aria-label", mjText(at, key));
  for (const [name, key] of [["target", "translation"], ["source", "sentence"]]) {
    parts[name].dataset.label = mjText(at, key);
    say(name, key);
  }
  for (const [name, key] of [["slider", "step_slider"], ["back", "step_back"], ["forward", "step_forward"]]) say(name, key);
  mjDrawActions(at);
}
