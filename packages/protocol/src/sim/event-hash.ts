/**
 * A running fingerprint of everything that happened in a simulation, in order. Two runs of one seed must end with the
 * same; it is a 128-bit non-cryptographic mix (four multiply-xorshift lanes), because millions of events go through it.
 */
export class EventHash {
  readonly #lanes = new Uint32Array([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344])

  add(value: number): void {
    const lanes = this.#lanes
    const low = value >>> 0
    const high = Math.floor(value / 0x1_0000_0000) >>> 0
    for (let i = 0; i < 4; i++) {
      let x = (lanes[i] as number) ^ (i % 2 === 0 ? low : high ^ low)
      x = Math.imul(x ^ (x >>> 15), 0x2c1b_3c6d + i * 2)
      x = Math.imul(x ^ (x >>> 12), 0x297a_2d39 + i * 4)
      lanes[i] = (x ^ (x >>> 15)) + (lanes[(i + 1) % 4] as number)
    }
  }

  addBytes(bytes: Uint8Array): void {
    this.add(bytes.length)
    let word = 0
    for (let i = 0; i < bytes.length; i++) {
      word = (word << 8) | (bytes[i] as number)
      if (i % 4 === 3) this.add(word >>> 0)
    }
    this.add(word >>> 0)
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i))
  }

  get hex(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}
