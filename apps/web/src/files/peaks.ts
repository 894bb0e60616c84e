/** How loud a sound is over time: what its waveform is drawn from. */
import { maxPeaks } from '@kith/peer'

export interface Heard {
  /** 0…255, scaled so that the loudest is 255. */
  readonly peaks: Uint8Array
  readonly durationMs: number
}

const sampleRate = 8000

export async function peaksOf(sound: Blob): Promise<Heard> {
  const context = new OfflineAudioContext(1, 1, sampleRate)
  const decoded = await context.decodeAudioData(await sound.arrayBuffer())
  return { peaks: peaksOfSamples(decoded.getChannelData(0)), durationMs: Math.round(decoded.duration * 1000) }
}

/** The loudness of `maxPeaks` stretches, by root mean square: what one hears, not single clicks. */
export function peaksOfSamples(samples: Float32Array): Uint8Array {
  const count = Math.min(maxPeaks, samples.length)
  const loud = Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * samples.length) / count)
    const to = Math.floor(((i + 1) * samples.length) / count)
    let sum = 0
    for (let at = from; at < to; at++) sum += (samples[at] as number) ** 2
    return Math.sqrt(sum / (to - from))
  })
  const loudest = Math.max(...loud, 1e-4)
  return Uint8Array.from(loud, (value) => Math.round((value / loudest) * 255))
}
