/** What the people of the fixtures say. Written to exercise everything a timeline has to set well. */
import type { FakeMessage } from './fake-room.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Five friends plan a weekend at a lake; `Robin` is the reader. */
export const lakeWeekend: readonly FakeMessage[] = [
  { by: 'Mara', agoMs: 2 * day + 3 * hour, text: 'I have news about the lake house' },
  { by: 'Mara', agoMs: 2 * day + 3 * hour - minute, text: 'It is free from Friday. All of it. *Including the sauna.*' },
  {
    by: 'Jonas',
    agoMs: 2 * day + 3 * hour - 2 * minute,
    text: 'take my money',
    reactions: { '😂': ['Mara', 'Aiko', ''] },
  },
  {
    by: 'Aiko',
    agoMs: 2 * day + 3 * hour - 5 * minute,
    text: 'How do we get there? Last time the bus stopped at the dam and we walked an hour in the rain.',
  },
  {
    agoMs: 2 * day + 3 * hour - 7 * minute,
    text: 'I can drive. Four seats, two if the boat comes along.',
    reactions: { '🚗': ['Mara'], '❤️': ['Aiko', 'Jonas'] },
  },
  { by: 'Tomás', agoMs: 2 * day + 2 * hour, text: 'The boat comes along.', answers: 4 },
  { by: 'Tomás', agoMs: 2 * day + 2 * hour - minute / 2, text: 'Non-negotiable 🛶' },
  {
    by: 'Mara',
    agoMs: day + 6 * hour,
    text: 'So, what everybody brings:\n\n- **Robin**: car, the big pot\n- **Jonas**: charcoal, *good* bread\n- **Aiko**: music, rice, patience\n- **Tomás**: boat\n- **me**: keys, sauna wood',
    reactions: { '👍': ['Jonas', 'Aiko', 'Tomás', ''], '🔥': ['Tomás'] },
    pinnedBy: 'Aiko',
  },
  { by: 'Aiko', agoMs: day + 6 * hour - 2 * minute, text: 'Why is patience on *my* list' },
  {
    by: 'Jonas',
    agoMs: day + 6 * hour - 3 * minute,
    text: '> boat\n\nIs that all he brings',
    answers: 7,
    edited: true,
  },
  { by: 'Tomás', agoMs: day + 6 * hour - 3 * minute - 9000, text: 'It is a very large boat' },
  { agoMs: day + 6 * hour - 4 * minute, text: '😄' },
  {
    by: 'Jonas',
    agoMs: day + 1 * hour,
    text: 'I wrote a little thing that splits the costs, because last time nobody understood mine:\n\n```ts\nfunction split(costs: Map<string, number>) {\n  const total = [...costs.values()].reduce((a, b) => a + b, 0)\n  const share = total / costs.size\n  // Positive: gets money back.\n  return new Map([...costs].map(([name, paid]) => [name, paid - share]))\n}\n```\n\nCall it with `split(costs)` and argue with the result, not with me.',
    reactions: { '👏': ['Aiko', ''], '🤓': ['Mara'] },
  },
  { by: 'Aiko', agoMs: day + 50 * minute, text: 'I will argue with both', answers: 12 },
  {
    by: 'Mara',
    agoMs: 5 * hour,
    text: 'The timetable, if somebody needs the train: https://timetable.example/lake?day=fri',
    pinnedBy: '',
  },
  { by: 'Mara', agoMs: 5 * hour - 20_000, text: '', deleted: true },
  {
    agoMs: 4 * hour + 40 * minute,
    text: 'Leaving **at four, sharp**. I pick up Aiko first, then the bread, then Jonas.',
    reactions: { '🫡': ['Aiko', 'Jonas'] },
  },
  { by: 'Jonas', agoMs: 4 * hour + 38 * minute, text: 'In that order of importance, I notice' },
  { agoMs: 4 * hour + 37 * minute, text: 'You noticed', answers: 17 },
  {
    by: 'Priya',
    agoMs: 22 * minute,
    text: 'Hello everyone! Mara sent me the link. I hope it is all right that I come along on Saturday. I can bring a tent, a very small dog called Bean, and the cake from my grandmother’s book, the one with the plums that takes a whole afternoon and is worth it.',
  },
  {
    by: 'Aiko',
    agoMs: 20 * minute,
    text: 'Welcome Priya! Bean decides, but I think yes',
    answers: 19,
    reactions: { '🐶': ['Priya', 'Mara', ''], '🎂': ['Jonas'] },
  },
  { by: 'Tomás', agoMs: 18 * minute, text: 'Bean may have my seat in the boat.' },
  { by: 'Mara', agoMs: 6 * minute, text: 'Then we are six. I will tell the neighbour.' },
  {
    agoMs: 3 * minute,
    text: 'Car is packed, the pot did not fit, the pot is on my lap now',
    reactions: { '🍲': ['Aiko'] },
  },
]

const words =
  'the boat lake bread train rain maybe later today tomorrow nobody knows where this link goes but it works now and then again we meet at four with music or without any plan at all because the weather changed twice since noon'.split(
    ' ',
  )

/** `count` messages of many lengths by these people, oldest first; the same for the same arguments. */
export function manyMessages(count: number, names: readonly string[]): readonly FakeMessage[] {
  let state = 42
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * limit)
  }
  const messages: FakeMessage[] = []
  let agoMs = count * 50_000
  let by: string | undefined
  for (let i = 0; i < count; i++) {
    if (below(3) === 0) by = names[below(names.length + 1)]
    const length = below(9) === 0 ? 20 + below(40) : 1 + below(12)
    const text: string[] = []
    for (let word = 0; word < length; word++) text.push(words[below(words.length)] ?? '')
    messages.push({ by, agoMs, text: `${text.join(' ')} · ${i + 1}` })
    agoMs -= 5_000 + below(90_000)
    if (agoMs < 0) agoMs = 0
  }
  return messages
}
