/** Files dropped anywhere in a room go to the message that is being written. */
import { useRef, useState, type DragEvent, type ReactElement } from 'react'
import { useFileMessages } from '../messages/files.tsx'

interface DropHandlers {
  readonly onDragEnter: (event: DragEvent) => void
  readonly onDragOver: (event: DragEvent) => void
  readonly onDragLeave: (event: DragEvent) => void
  readonly onDrop: (event: DragEvent) => void
}

export function useDrop(onFiles: ((files: readonly File[]) => void) | undefined): {
  readonly over: boolean
  readonly handlers: DropHandlers
} {
  const [over, setOver] = useState(false)
  // Entering a child leaves its parent: only the balance tells whether something is over the room.
  const depth = useRef(0)
  const carries = (event: DragEvent): boolean => onFiles !== undefined && event.dataTransfer.types.includes('Files')
  const end = (): void => {
    depth.current = 0
    setOver(false)
  }
  return {
    over,
    handlers: {
      onDragEnter: (event) => {
        if (!carries(event)) return
        event.preventDefault()
        depth.current++
        setOver(true)
      },
      onDragOver: (event) => {
        if (!carries(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
      },
      onDragLeave: (event) => {
        if (carries(event) && --depth.current <= 0) end()
      },
      onDrop: (event) => {
        if (!carries(event)) return
        event.preventDefault()
        end()
        onFiles?.([...event.dataTransfer.files])
      },
    },
  }
}

export function DropHere(): ReactElement {
  const words = useFileMessages()
  return (
    <div className="drop-here">
      <strong>{words.dropHere}</strong>
      <span>{words.dropHint}</span>
    </div>
  )
}
