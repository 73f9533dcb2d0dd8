// What the colour means: chosen here, and asked of the server while its numbers are not here.

/** Draws what is asked for if it is here, and asks for it if it is not; until it comes, the picture stays what it was. */
function mjChooseShown(at) {
  const { meaning, step } = at.state, word = meaning === "gradient" ? step ?? at.usual : null;
  const name = word === null ? meaning : `${meaning} ${word}`;
  at.waiting = meaning !== "weights" && !at.stacks.has(name);
  if (!at.waiting) at.shown = { name, meaning, word };
  else if (at.asked !== name) {
    at.asked = name;
    clearTimeout(at.addressTimer);
    mjWriteAddress(at);
    at.echo = mjSameChoice(at.data, at.state);
    at.ask({ run: at.data.run.id, meaning, word, at: Date.now() });
  }
}

/** A stack has come. One that could not be made leaves its sentence, and the picture goes back to weights. */
function mjTakeStack(at, stack) {
  at.failed = stack.failed || "";
  if (at.failed) return Object.assign(at, { asked: null, state: { ...at.state, meaning: "weights" } });
  const order = mjStackNames(stack);
  for (const name of order) if (!at.stacks.has(name)) at.stacks.set(name, { ...stack, order });
  if (stack.meaning !== "gradient") return;
  at.usual = at.usual ?? stack.word;
  if (at.state.meaning === "gradient") at.state = { ...at.state, step: at.state.step ?? at.usual };
}
