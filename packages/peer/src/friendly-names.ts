/** The name somebody has until they choose one: friendly, and rarely the same as a neighbour's. */
import type { Random } from '@kith/protocol'

const first =
  'Amber Bold Brave Bright Calm Clever Cosy Curious Dapper Eager Early Fleet Gentle Glad Golden Happy Hazel Jolly Keen Kind Lively Lucky Mellow Merry Mild Nimble Noble Patient Plucky Polite Proud Quick Quiet Rosy Royal Silver Smart Snug Solar Spry Steady Sunny Swift Tidy Trusty Warm Wise Witty Zesty'.split(
    ' ',
  )
const second =
  'Badger Beaver Bison Crane Curlew Dolphin Dove Eider Falcon Finch Fox Gecko Gull Hare Heron Ibis Jay Kestrel Koala Lark Lemur Linnet Lynx Magpie Marten Martin Mole Moose Newt Orca Otter Owl Panda Petrel Plover Puffin Quail Rabbit Raven Robin Seal Shrew Sparrow Squirrel Stork Swallow Swan Tern Thrush Turtle Vole Walrus Wombat Wren'.split(
    ' ',
  )

export function friendlyName(random: Random): string {
  const [a = 0, b = 0, c = 0, d = 0] = random(4)
  return `${pick(first, a * 256 + b)} ${pick(second, c * 256 + d)}`
}

function pick(words: readonly string[], number: number): string {
  return words[number % words.length] as string
}
