/** Ids and keys of the fake chat: they look real and depend only on what they are made from. */
import type { Millis } from '@kith/protocol'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 26 characters that sort by time and then by `counter`, as the ids of real entries do. */
export function fakeId(time: Millis, counter: number): string {
  const digits = (value: number, length: number): string => {
    let text = ''
    for (let i = 0; i < length; i++) {
      text = crockford.charAt(value % 32) + text
      value = Math.floor(value / 32)
    }
    return text
  }
  return digits(time, 10) + digits(counter, 16)
}

/** 64 hexadecimal characters that look like a key and depend only on `seed`. */
export function fakeKey(seed: string): string {
  let state = 2166136261
  let text = ''
  for (let round = 0; text.length < 64; round++) {
    for (const character of `${seed}/${round}`) state = Math.imul(state ^ character.charCodeAt(0), 16777619) >>> 0
    state = Math.imul(state ^ (state >>> 13), 2246822519) >>> 0
    text += state.toString(16).padStart(8, '0')
  }
  return text
}
