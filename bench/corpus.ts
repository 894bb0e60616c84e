/**
 * A conversation made up in the shape of a large public channel, for when nobody gives a file.
 *
 * The shape is that of a real one (100,000 lines of #ubuntu): a person for every 13 lines, a few who carry the channel and
 * half of the people with no more than four lines, most lines by somebody who spoke a moment ago, a median line of 41
 * bytes with a long tail, one in three addressed to somebody by name. The same count always gives the same lines.
 */
import type { Line } from '../scripts/demo/conversation.ts'

const start = Date.UTC(2024, 0, 1, 9)
const syllables = 'ka lo mi ren tas vor el in du shi mo ba ne ri quo zan pel ti ur gos'.split(' ')
const words = (
  'the a to is i it you and that in of for on have do not be this what with can if but just my how so get use are ' +
  'install package kernel driver screen sound update server file folder terminal command error works now try again ' +
  'maybe restart config network wireless partition boot upgrade version release thanks hello anyone know why does ' +
  'should would there when where them running sudo apt root user password problem found here looks like same thing'
).split(' ')

export function generateConversation(count: number): readonly Line[] {
  const random = createRandom(0x6b697468)
  const people = Array.from({ length: Math.max(2, Math.ceil(count / 13)) }, (_, i) => nameOf(i))
  const recent: string[] = []
  const lines: Line[] = []
  let time = start
  let next = 0
  for (let i = 0; i < count; i++) {
    // Bursts of seconds, pauses of minutes, nights.
    time += 500 + Math.floor(random() ** 4 * 90_000) + (random() < 0.002 ? 6 * 3_600_000 : 0)
    let nick = recent[Math.floor(random() ** 1.5 * recent.length)]
    if (nick === undefined || random() < 0.12) {
      const isNew = next < people.length && random() < 0.65
      // Who comes back is likely to be one of the early ones: a few people carry the channel.
      nick = people[isNew ? next++ : Math.floor(random() ** 4 * Math.max(1, next))] as string
    }
    const other = recent.find((name) => name !== nick)
    const text = sentence(random)
    lines.push({ time, nick, text: other !== undefined && random() < 0.35 ? `${other}: ${text}` : text })
    const at = recent.indexOf(nick)
    if (at >= 0) recent.splice(at, 1)
    recent.unshift(nick)
    if (recent.length > 12) recent.pop()
  }
  return lines
}

function sentence(random: () => number): string {
  const length = 1 + Math.floor(random() ** 2 * 28)
  const said = Array.from({ length }, () => words[Math.floor(random() ** 1.6 * words.length)] as string)
  const end = random()
  if (end < 0.04) said.push('https://help.example/wiki/' + (said[0] ?? 'start'))
  else if (end < 0.07) said.push('`sudo apt-get install ' + (said.at(-1) ?? 'vim') + '`')
  else if (end < 0.1) said.push('🙂')
  return said.join(' ') + (end > 0.7 ? '?' : '')
}

function nameOf(index: number): string {
  let rest = index + syllables.length
  let name = ''
  while (rest > 0) {
    name += syllables[rest % syllables.length]
    rest = Math.floor(rest / syllables.length)
  }
  return name
}

/** mulberry32: the same numbers every time. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
