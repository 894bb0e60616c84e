import { createSystemClock } from '../system-clock.ts'
import { transportContract } from '../testing/transport-contract.ts'
import { createWebDialer } from './webrtc.ts'

transportContract('Chromium WebRTC', async () => {
  const dialer = createWebDialer({ RTCPeerConnection, clock: createSystemClock() })
  return { offerer: dialer, answerer: dialer }
})
