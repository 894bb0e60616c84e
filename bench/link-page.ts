/** The far end inside Chromium, for `link-far.ts`. It makes the offer, as a browser should towards Node. */
import { createNobleCrypto } from '@kith/protocol'
import { createSystemClock } from '../packages/peer/src/system-clock.ts'
import { createWebDialer } from '../packages/peer/src/web/webrtc.ts'
import { openParty, rawLowBytes, Talk, type Party, type RawChannels, type RawEvents, type Way } from './link-party.ts'

declare global {
  interface Window {
    tellSignal(text: string): void
    tellUp(): void
  }
}

const clock = createSystemClock()
const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))

function openRaw(offerer: boolean, events: RawEvents): RawChannels {
  const connection = new RTCPeerConnection()
  const channels = [0, 1].map((id) => {
    const channel = connection.createDataChannel(String(id), { negotiated: true, id })
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = rawLowBytes
    channel.onbufferedamountlow = events.low
    channel.onmessage = (event: MessageEvent<ArrayBuffer>): void => events.message(new Uint8Array(event.data))
    channel.onopen = (): void => {
      if (channels.every((one) => one.readyState === 'open')) events.open()
    }
    return channel
  })
  connection.onicecandidate = ({ candidate }): void => {
    if (candidate !== null && candidate.candidate !== '') events.signal(JSON.stringify(candidate))
  }
  const offer = async (): Promise<void> => {
    await connection.setLocalDescription()
    events.signal(JSON.stringify(connection.localDescription))
  }
  if (offerer) void offer()
  const early: RTCIceCandidateInit[] = []
  const describe = async (description: RTCSessionDescriptionInit): Promise<void> => {
    await connection.setRemoteDescription(description)
    if (description.type === 'offer') await offer()
    for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate)
  }
  return {
    signal: (text) => {
      const signal = JSON.parse(text) as RTCSessionDescriptionInit & RTCIceCandidateInit
      const candidate = { candidate: signal.candidate ?? '', sdpMid: '0', sdpMLineIndex: 0 }
      if (signal.candidate === undefined) void describe(signal)
      else if (connection.remoteDescription === null) early.push(candidate)
      else void connection.addIceCandidate(candidate)
    },
    send: (channel, bytes) => channels[channel]?.send(bytes as Uint8Array<ArrayBuffer>),
    buffered: (channel) => channels[channel]?.bufferedAmount ?? 0,
    close: () => connection.close(),
  }
}

const platform = { clock, crypto, dial: createWebDialer({ RTCPeerConnection, clock }), openRaw }
let party: Party | undefined
let talk = new Talk()

const far = {
  open: (way: Way, offerer: boolean): void => {
    talk = new Talk()
    const { onPong } = talk
    party = openParty(platform, way, offerer, { onSignal: window.tellSignal, onUp: window.tellUp, onPong })
  },
  talk: (forMs: number): Promise<number[]> => talk.with(party as Party, forMs),
  signal: (text: string): void => party?.signal(text),
  bulk: (on: boolean): void => party?.bulk(on),
  received: (): number => party?.received() ?? 0,
  close: (): void => party?.close(),
}
export type FarPage = typeof far

Object.assign(window, { far })
