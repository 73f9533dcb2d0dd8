// What Python packed (viz/components/wire.py), read in the order it was written.

/** record(): JSON behind its length in four bytes. numbers(count, Kind): a copy, since longer ones must start at even places. */
function mjReader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), text = new TextDecoder();
  let place = 0;
  const piece = (length) => bytes.subarray(place, (place += length));
  const record = () => {
    const length = view.getUint32(place, true);
    place += 4;
    return JSON.parse(text.decode(piece(length)));
  };
  const numbers = (count, Kind) => new Kind(new Uint8Array(piece(count * Kind.BYTES_PER_ELEMENT)).buffer);
  return { record, numbers, more: () => place < bytes.length };
}
