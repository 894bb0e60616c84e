/** Two soft notes, made here: no file is loaded for them. */

const notes = [
  { hertz: 587.33, at: 0 },
  { hertz: 880, at: 0.09 },
] as const
const loudness = 0.06
const lengthSeconds = 0.32

let context: AudioContext | undefined

/** Browsers let a page sound only after somebody has touched it; before, it stays silent. */
export async function playSound(): Promise<void> {
  context ??= new AudioContext()
  if (context.state === 'suspended') await context.resume()
  const start = context.currentTime
  for (const { hertz, at } of notes) {
    const tone = new OscillatorNode(context, { type: 'sine', frequency: hertz })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, start + at)
    volume.gain.linearRampToValueAtTime(loudness, start + at + 0.012)
    volume.gain.exponentialRampToValueAtTime(loudness / 200, start + at + lengthSeconds)
    tone.connect(volume).connect(context.destination)
    tone.start(start + at)
    tone.stop(start + at + lengthSeconds)
  }
}
