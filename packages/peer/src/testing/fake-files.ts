/** Conversations with files in them, in every state a file can be in. */
import { lakeWeekend } from './fake-conversation.ts'
import { fakePicture, fakeVoice } from './fake-pictures.ts'
import type { FakeMessage } from './fake-room.ts'

const minute = 60_000

const before: readonly FakeMessage[] = lakeWeekend
  .slice(-4)
  .map((message) => ({ ...message, answers: undefined, agoMs: message.agoMs + 80 * minute }))

export function lakePictures(): readonly FakeMessage[] {
  return [
    ...before,
    {
      by: 'Mara',
      agoMs: 41 * minute,
      text: 'This is what we are driving into',
      files: [fakePicture('evening', 'IMG_0418.bmp', [640, 420])],
      reactions: { '😍': ['Aiko', 'Priya', ''] },
    },
    { by: 'Jonas', agoMs: 40 * minute, text: '', files: [fakeVoice(14)] },
    {
      agoMs: 31 * minute,
      text: '',
      files: [
        fakePicture('morning', 'Jetty.bmp', [420, 420]),
        fakePicture('autumn', 'Wood.bmp', [420, 420]),
        fakePicture('night', 'Moon.bmp', [420, 420]),
        fakePicture('evening', 'Last year.bmp', [420, 420]),
        fakePicture('morning', 'Boat.bmp', [420, 420]),
      ],
    },
    {
      by: 'Tomás',
      agoMs: 12 * minute,
      text: 'The route, and the boat papers',
      files: [
        { name: 'Route to the lake.gpx', type: 'application/gpx+xml', size: 184_320, holders: 4 },
        { name: 'Boat papers 2026.pdf', type: 'application/pdf', size: 2_412_000, holders: 2 },
      ],
    },
  ]
}

export function comingFiles(): readonly FakeMessage[] {
  const fetching = { state: 'fetching', bytesPerSecond: 1_240_000, sources: 3 } as const
  return [
    ...before,
    {
      by: 'Mara',
      agoMs: 30 * minute,
      text: 'The whole evening',
      files: [fakePicture('evening', 'IMG_0418.bmp', [640, 420], { ...fetching, part: 0.45, leftMs: 1000 })],
    },
    {
      by: 'Tomás',
      agoMs: 20 * minute,
      text: '',
      files: [
        {
          name: 'Boat trip.mp4',
          type: 'video/mp4',
          size: 418_000_000,
          part: 0,
          preview: {
            width: 1920,
            height: 1080,
            durationMs: 192_000,
            thumb: fakePicture('morning', '', [96, 54]).preview?.thumb ?? new Uint8Array(),
          },
          holders: 2,
        },
        {
          name: 'All the photos.zip',
          type: 'application/zip',
          size: 1_240_000_000,
          part: 0.31,
          ...fetching,
          leftMs: 690_000,
        },
        { name: 'Sauna plan.pdf', type: 'application/pdf', size: 24_000_000, part: 0.6, state: 'paused' },
      ],
    },
    { by: 'Jonas', agoMs: 8 * minute, text: '', files: [fakeVoice(9, { part: 0.2, ...fetching, leftMs: 2000 })] },
  ]
}

export function failingFiles(): readonly FakeMessage[] {
  return [
    ...before,
    {
      by: 'Tomás',
      agoMs: 20 * minute,
      text: 'Too much for a phone, I fear',
      files: [
        {
          name: 'All the photos.zip',
          type: 'application/zip',
          size: 1_240_000_000,
          part: 0.31,
          state: 'failed',
          why: 'storeFull',
        },
        {
          name: 'Boat papers 2026.pdf',
          type: 'application/pdf',
          size: 2_412_000,
          part: 0.5,
          state: 'waiting',
          why: 'nobody',
        },
        {
          name: 'Everything since 2009.tar',
          type: 'application/x-tar',
          size: 71_000_000_000,
          part: 0,
          state: 'failed',
          why: 'tooLarge',
        },
        { name: 'Song.mp3', type: 'audio/mpeg', size: 6_100_000, part: 0.9, state: 'failed', why: 'damaged' },
      ],
    },
    {
      by: 'Mara',
      agoMs: 10 * minute,
      text: '',
      files: [fakePicture('night', 'Moon.bmp', [640, 420], { part: 0, state: 'waiting', why: 'nobody' })],
    },
    {
      by: 'Aiko',
      agoMs: 5 * minute,
      text: '',
      files: [
        { name: 'Broken.png', type: 'image/png', bytes: Uint8Array.of(1, 2, 3), preview: { width: 300, height: 200 } },
      ],
    },
  ]
}
