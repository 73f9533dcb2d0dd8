// Stepping and playing: the buttons, the slider, and the address that remembers the stage.

function mdGo(at, stage) {
  at.stage = Math.max(0, Math.min(mdStages(at).length - 1, stage));
  mdDrawStage(at);
  mdAddressSoon(at);
}

/** Browsers refuse a page that rewrites its address too often, and a slider would. */
function mdAddressSoon(at) {
  clearTimeout(at.addressTimer);
  at.addressTimer = setTimeout(() => {
    const address = new URL(window.location.href);
    if (at.stage) address.searchParams.set("stage", at.stage + 1);
    else address.searchParams.delete("stage");
    mjReplaceAddress(address);
  }, 150);
}

function mdStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Plays on by itself; where the system asks for less motion there is no such button, and this stops. */
function mdPlay(at, on) {
  clearInterval(at.player);
  at.player = null;
  if (on && !mdStill()) {
    if (at.stage >= mdStages(at).length - 1) mdGo(at, 0);
    at.player = setInterval(() => {
      if (at.stage >= mdStages(at).length - 1 || mdStill() || !at.root.isConnected) return mdPlay(at, false);
      mdGo(at, at.stage + 1);
    }, 900);
  }
  at.parts.play.textContent = at.data.strings.steps[at.player ? "pause" : "play"];
  at.parts.play.setAttribute("aria-pressed", String(Boolean(at.player)));
}

function mdBuildSteps(at) {
  const { parts } = at, make = (name, tag, attributes, children) => (parts[name] = mjNode(tag, attributes, children));
  parts.steps.replaceChildren(
    mjNode("div", { class: "md-transport" }, [
      mdArrow(at, -1), mdSlider(at, make), mdArrow(at, 1), mdPlayButton(at, make), make("count", "span", { class: "md-count" }),
    ]),
    make("title", "p", { class: "md-title", "aria-live": "polite" }),
    make("what", "p", { class: "md-what" }),
    make("written", "p", { class: "md-written" }),
    make("chips", "div", { class: "md-chips" }),
    make("next", "div", { class: "md-next" }),
    mdBuildStrip(make),
    mdBuildLegend(make),
  );
}

function mdArrow(at, by) {
  const label = at.data.strings.steps[by < 0 ? "back" : "forward"];
  const onclick = () => { mdPlay(at, false); mdGo(at, at.stage + by); };
  const about = { type: "button", class: "md-arrow", "aria-label": label, "data-move": String(by), onclick };
  return mjNode("button", about, [by < 0 ? "‹" : "›"]);
}

function mdSlider(at, make) {
  const oninput = (event) => { mdPlay(at, false); mdGo(at, Number(event.target.value) - 1); };
  const max = mdStages(at).length, label = at.data.strings.steps.slider;
  return make("slider", "input", { type: "range", class: "md-slider", min: 1, max, step: 1, "aria-label": label, oninput });
}

function mdPlayButton(at, make) {
  const onclick = () => mdPlay(at, !at.player);
  return make("play", "button", { type: "button", class: "md-play", hidden: mdStill(), onclick }, [at.data.strings.steps.play]);
}

function mdBuildStrip(make) {
  return make("stripBox", "div", { class: "md-strip" }, [
    make("labels", "div", { class: "md-labels" }),
    mjNode("div", { class: "md-canvas" }, [make("canvas", "canvas", { role: "img" }), make("mark", "i", { class: "md-mark" })]),
  ]);
}

function mdBuildLegend(make) {
  return make("legend", "div", { class: "md-legend" }, [
    mjNode("span", { class: "md-ends" }, [make("low", "span"), mjNode("i", { class: "md-ramp" }), make("high", "span")]),
    make("legendText", "span"),
  ]);
}
