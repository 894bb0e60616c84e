/** Lines that look like what people write, from a seed: no two alike, so that a lost or doubled one shows. */
import { createSeededRandom } from '@kith/protocol/sim'

const words =
  'the and you that was for are with his they this have from one had word but not what all were when your can said there use each which she how their will other about out many then them these some her would make like him into time has look two more write see number way could people my than first water been call who oil its now find long down day did get come made may part'.split(
    ' ',
  )

export function conversation(seed: number, count: number, who: string): string[] {
  const random = createSeededRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const length = random.between(2, 24)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    return `${who} ${index}: ${text}`
  })
}
