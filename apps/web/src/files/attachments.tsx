/** The files of one message: pictures together, then films, sounds, and everything else one below the other. */
import type { ReactElement } from 'react'
import type { Attachment, Message } from '@kith/peer'
import { FileRow } from './file-row.tsx'
import { kindOf } from './kinds.ts'
import { Player } from './player.tsx'
import { Picture } from './picture.tsx'
import { Voice } from './voice.tsx'
import './files.css'

/** Pictures of a message that are shown; the last one tells how many more there are. */
const shownPictures = 4

export function Attachments({ message }: { readonly message: Message }): ReactElement {
  const pictures = message.attachments.filter((file) => kindOf(file) === 'picture')
  const others = message.attachments.filter((file) => kindOf(file) !== 'picture')
  const shown = pictures.slice(0, shownPictures)
  const isGroup = pictures.length > 1
  return (
    <div className="attachments">
      {shown.length > 0 && (
        <div className={isGroup ? `pictures of-${shown.length}` : 'pictures'}>
          {shown.map((file, index) => (
            <Picture
              key={file.root}
              file={file}
              tile={isGroup}
              more={index === shownPictures - 1 ? pictures.length - shownPictures : 0}
            />
          ))}
        </div>
      )}
      {others.map((file) => (
        <Other key={file.root} file={file} message={message} />
      ))}
    </div>
  )
}

function Other({ file, message }: { readonly file: Attachment; readonly message: Message }): ReactElement {
  const kind = kindOf(file)
  if (kind === 'voice') return <Voice file={file} by={message.name} />
  if (kind === 'film' || kind === 'sound') return <Player file={file} kind={kind} />
  return <FileRow file={file} />
}
