/** The ways a file comes into a message by hand: from the device, or from its camera. */
import { lazy, useRef, useState, type ReactElement } from 'react'
import { Camera as CameraIcon, Image, Paperclip } from 'lucide-react'
import { Overlays } from '../app/boundary.tsx'
import { useFileMessages } from '../messages/files.tsx'
import { Popover } from '../overlay/popover.tsx'

const Camera = lazy(() => import('./camera.tsx'))

export function AddFiles({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }): ReactElement {
  const words = useFileMessages()
  const button = useRef<HTMLButtonElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const phoneCamera = useRef<HTMLInputElement>(null)
  const [open, setOpen] = useState(false)
  const [camera, setCamera] = useState(false)
  const take = (input: HTMLInputElement): void => {
    const files = [...(input.files ?? [])]
    // So that the same file can be chosen again.
    input.value = ''
    if (files.length > 0) onFiles(files)
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={words.add}
        title={words.add}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Paperclip size={20} aria-hidden />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={words.addFiles}
        data-testid="file-picker"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={phoneCamera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={words.addCamera}
        onChange={(event) => take(event.currentTarget)}
      />
      {open && button.current !== null && (
        <Popover anchor={button.current} label={words.add} role="menu" onClose={() => setOpen(false)}>
          <button
            type="button"
            role="menuitem"
            className="menu-item"
            onClick={() => {
              setOpen(false)
              picker.current?.click()
            }}
          >
            <Image size={18} aria-hidden />
            {words.addFiles}
          </button>
          <button
            type="button"
            role="menuitem"
            className="menu-item"
            onClick={() => {
              setOpen(false)
              // A phone has a camera program that is better than ours.
              if (window.matchMedia('(hover: none) and (pointer: coarse)').matches) phoneCamera.current?.click()
              else setCamera(true)
            }}
          >
            <CameraIcon size={18} aria-hidden />
            {words.addCamera}
          </button>
        </Popover>
      )}
      {camera && (
        <Overlays onClose={() => setCamera(false)}>
          <Camera onPicture={(picture) => onFiles([picture])} onClose={() => setCamera(false)} />
        </Overlays>
      )}
    </>
  )
}
