/** The words about files. Loaded with the room. */
import type { FileFailed, FileTrouble } from '@kith/peer'
import { formats } from './format.ts'

const { bytes, plural, number } = formats('en')

const trouble: Readonly<Record<FileTrouble, string>> = {
  storeFull: 'This device has no space left for it. Free some space, then go on; what has come is kept.',
  nobody: 'Nobody who is here right now has it. It comes when somebody who has it comes.',
  tooLarge: 'It is larger than this device takes.',
  damaged: 'What came did not match and was thrown away. Try again; it is fetched from somebody else.',
  freed: 'It made room for others. Fetch it again from those who hold it.',
}

const refused: Readonly<Record<FileFailed['why'], string>> = {
  ...trouble,
  storeFull: 'This file was not added: this device has no space left for it. Free some space in the settings.',
  tooLarge: 'This file is larger than Kith can carry.',
  unreadable: 'This file could not be read. Look whether it is still there, and add it again.',
  empty: 'This file is empty; there is nothing to send.',
  tooMany: 'A message takes 16 files. Send these first, then the others.',
  unknown: 'This file is no longer here. Add it again.',
  stopped: 'Fetching it was stopped. Go on with it, then open it again.',
  noStore: 'This browser has no place for files. Try a window that is not private.',
}

export const filesEn = {
  add: 'Add files',
  addFiles: 'Photos and files',
  addCamera: 'Camera',
  dropHere: 'Drop to add to your message',
  dropHint: 'Place and camera data is removed from photos.',

  tray: 'Files of your message',
  preparing: (name: string): string => `Getting ${name} ready`,
  remove: (name: string): string => `Remove ${name}`,
  refused: (why: FileFailed['why']): string => refused[why],
  quality: 'How pictures are sent',
  qualities: {
    full: 'Full size',
    smaller: 'Smaller',
    original: 'Original file',
  },
  qualityHints: {
    full: 'As sharp as it is. Place and camera data is removed.',
    smaller: 'At most 2,048 pixels. Place and camera data is removed.',
    original: 'Untouched. It tells where and with what it was taken.',
  },
  hasHidden: 'Sent as it is: it may tell where it was taken.',
  cannotClean: 'Its hidden data cannot be removed here, so it goes as it is.',

  fetch: (name: string, size: number): string => `Fetch ${name}, ${bytes(size)}`,
  goOn: (name: string): string => `Go on fetching ${name}`,
  pause: (name: string): string => `Pause ${name}`,
  cancel: (name: string): string => `Stop fetching ${name} and erase what came`,
  save: (name: string): string => `Save ${name}`,
  again: (name: string): string => `Try again to fetch ${name}`,
  actions: (name: string): string => `What to do with ${name}`,
  size: (count: number): string => bytes(count),
  of: (have: number, total: number): string => `${bytes(have)} of ${bytes(total)}`,
  speed: (perSecond: number): string => `${bytes(perSecond)}/s`,
  sources: (count: number): string => plural(count, { one: 'from 1 person', other: 'from # people' }),
  left: (ms: number): string => {
    const seconds = Math.max(1, Math.round(ms / 1000))
    if (seconds < 60) return `${number(seconds)} s left`
    if (seconds < 3600) return `${number(Math.round(seconds / 60))} min left`
    return `${number(Math.round(seconds / 3600))} h left`
  },
  paused: 'Paused',
  notHere: 'Not here yet',
  waiting: 'Waiting for somebody who has it',
  holders: (count: number): string => plural(count, { one: 'held by 1 other', other: 'held by # others' }),
  heldByNobody: 'held only here',
  trouble: (why: FileTrouble): string => trouble[why],

  picture: (name: string): string => `Picture: ${name}`,
  openPicture: (name: string): string => `Open the picture ${name}`,
  more: (count: number): string => `+${number(count)}`,
  moreLong: (count: number): string => plural(count, { one: 'Show 1 more picture', other: 'Show # more pictures' }),
  cannotShow: 'This picture cannot be shown here. It can be saved.',
  film: (name: string): string => `Film: ${name}`,
  sound: (name: string): string => `Sound: ${name}`,

  lightbox: {
    title: 'Pictures',
    place: (at: number, count: number): string => `${number(at)} of ${number(count)}`,
    previous: 'Previous picture',
    next: 'Next picture',
    close: 'Close',
    by: (name: string, when: string): string => `${name}, ${when}`,
  },

  voice: {
    record: 'Record a voice message',
    recording: 'Recording',
    stop: 'Stop and listen',
    send: 'Send the voice message',
    discard: 'Throw it away',
    play: 'Play',
    pause: 'Pause',
    position: 'Place in the recording',
    of: (name: string): string => `Voice message of ${name}`,
    message: 'Voice message',
    speed: 'Speed',
    times: (speed: number): string => `${number(speed)}×`,
    noMicrophone: 'Kith may not use the microphone. Allow it in the settings of this page, then try again.',
    noRecorder: 'This browser cannot record sound.',
    notSent: 'The voice message was not sent; it is still here. Try again.',
  },

  camera: {
    title: 'Camera',
    take: 'Take the picture',
    other: 'Other camera',
    noCamera: 'Kith may not use the camera, or there is none. Allow it in the settings of this page.',
    opening: 'Opening the camera…',
    fileName: (when: string): string => `Photo ${when}.jpg`,
  },

  list: {
    open: 'Files of this room',
    title: 'Files',
    none: 'No files yet',
    noneHint: 'Photos, recordings and files that somebody sends here are listed on this page.',
    filter: 'Which files',
    filters: { all: 'All', pictures: 'Pictures', media: 'Film and sound', others: 'Others' },
    noneOfKind: 'None of these here.',
    by: (name: string, when: string): string => `${name}, ${when}`,
    inMessage: 'Show the message',
    free: (name: string): string => `Erase ${name} from this device`,
    sum: (count: number, total: number): string =>
      `${plural(count, { one: '1 file', other: '# files' })}, ${bytes(total)}`,
  },

  space: {
    title: 'Files on this device',
    use: (used: number, limit: number | undefined): string =>
      limit === undefined ? `${bytes(used)} of files.` : `${bytes(used)} of ${bytes(limit)}.`,
    limit: 'Files may take',
    limitHint:
      'When that is reached, what three others hold as well makes room, least used first. What nobody else holds stays.',
    limits: (limit: number): string => (limit === 0 ? 'all that fits' : bytes(limit)),
    freeable: (freeable: number): string =>
      `${bytes(freeable)} of it is held by three others or more and can be fetched again.`,
    nothing: 'Nothing of it can be freed: too few others hold it.',
    free: 'Free up space',
    freed: (freed: number): string => (freed > 0 ? `Freed ${bytes(freed)}.` : 'There was nothing to free.'),
  },
}

export type FileMessages = typeof filesEn
