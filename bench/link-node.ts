/** What `link-party.ts` needs, in Node. */
import nodeDataChannel from 'node-datachannel'
import type { DataChannel } from 'node-datachannel'
import { createNativeCrypto, createNodeDialer, createSystemClock } from '@kith/peer/node'
import { rawLowBytes, type Platform, type RawChannels, type RawEvents } from './link-party.ts'

export function createNodePlatform(): Platform {
  const clock = createSystemClock()
  return {
    clock,
    crypto: createNativeCrypto(),
    dial: createNodeDialer({ clock }),
    openRaw,
  }
}

type Signal = { readonly sdp: string; readonly type: 'offer' | 'answer' } | { readonly candidate: string }

function openRaw(offerer: boolean, events: RawEvents): RawChannels {
  const connection = new nodeDataChannel.PeerConnection('bench', { iceServers: [], disableAutoNegotiation: true })
  const channels: DataChannel[] = []
  /** As offerer this stack loses a race when candidates leave before the answer is here. */
  let held: string[] | undefined = offerer ? [] : undefined
  const open = (): void => {
    for (const id of [0, 1]) {
      const channel = connection.createDataChannel(String(id), { negotiated: true, id })
      channel.setBufferedAmountLowThreshold(rawLowBytes)
      channel.onBufferedAmountLow(events.low)
      channel.onMessage((data) => {
        if (typeof data !== 'string') events.message(new Uint8Array(data))
      })
      channel.onOpen(() => {
        if (channels.every((one) => one.isOpen())) events.open()
      })
      channels.push(channel)
    }
  }
  connection.onLocalDescription((sdp, type) => {
    const bare = sdp.replaceAll(/a=(?:candidate|end-of-candidates).*\r\n/g, '')
    events.signal(JSON.stringify({ sdp: bare, type }))
  })
  connection.onLocalCandidate((candidate) => {
    const signal = JSON.stringify({ candidate })
    if (held === undefined) events.signal(signal)
    else held.push(signal)
  })
  if (offerer) {
    open()
    connection.setLocalDescription('offer')
  }
  return {
    signal: (text) => {
      const signal = JSON.parse(text) as Signal
      if ('candidate' in signal) {
        connection.addRemoteCandidate(signal.candidate, '0')
        return
      }
      connection.setRemoteDescription(signal.sdp, signal.type === 'offer' ? 'offer' : 'answer')
      if (signal.type === 'offer') {
        open()
        connection.setLocalDescription('answer')
      }
      for (const one of held ?? []) events.signal(one)
      held = undefined
    },
    send: (channel, bytes) => void channels[channel]?.sendMessageBinary(bytes),
    buffered: (channel) => channels[channel]?.bufferedAmount() ?? 0,
    close: () => connection.close(),
  }
}
