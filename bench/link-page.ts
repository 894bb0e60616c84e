/** The far end inside Chromium, for `link-chromium.ts`. It makes the offer, as a browser should towards Node. */
import { createNobleCrypto } from '@kith/protocol'
import { createSystemClock } from '../packages/peer/src/system-clock.ts'
import { createWebDialer } from '../packages/peer/src/web/webrtc.ts'
import { openParty, rawLowBytes, type Party, type RawChannels, type RawEvents, type Way } from './link-party.ts'

declare global {
  interface Window {
    tellSignal(text: string): void
    tellUp(): void
  }
}

const clock = createSystemClock()
const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))

function openRaw(_offerer: boolean, events: RawEvents): RawChannels {
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
  void offer()
  return {
    signal: (text) => {
      const signal = JSON.parse(text) as RTCSessionDescriptionInit & RTCIceCandidateInit
      if (signal.candidate === undefined) void connection.setRemoteDescription(signal)
      else void connection.addIceCandidate({ candidate: signal.candidate, sdpMid: '0', sdpMLineIndex: 0 })
    },
    send: (channel, bytes) => channels[channel]?.send(bytes as Uint8Array<ArrayBuffer>),
    buffered: (channel) => channels[channel]?.bufferedAmount ?? 0,
    close: () => connection.close(),
  }
}

const platform = { clock, crypto, dial: createWebDialer({ RTCPeerConnection, clock }), openRaw }
let party: Party | undefined

const far = {
  open: (way: Way): void => {
    party = openParty(platform, way, true, { onSignal: window.tellSignal, onUp: window.tellUp, onPong: () => {} })
  },
  signal: (text: string): void => party?.signal(text),
  bulk: (on: boolean): void => party?.bulk(on),
  received: (): number => party?.received() ?? 0,
  close: (): void => party?.close(),
}
export type FarPage = typeof far

Object.assign(window, { far })
