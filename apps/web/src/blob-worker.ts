/** The worker that keeps files: a program of its own, because files are written in place only there. */
import '@kith/peer/browser/blob-worker'
