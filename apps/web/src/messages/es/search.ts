/** Las palabras de la búsqueda en español. */
import { formats } from '../format.ts'
import type { SearchMessages } from '../search-en.ts'

const { plural } = formats('es')

export const searchEs: SearchMessages = {
  title: 'Buscar en esta sala',
  label: 'Palabras que buscar',
  placeholder: 'Palabras, un nombre, un archivo',
  hint: 'Se busca solo en este dispositivo. No se pregunta a nadie, y nadie se entera.',
  looking: 'Buscando…',
  none: (query) => `Aquí nada dice «${query}».`,
  noneMissing: 'Algunos mensajes de esta sala aún no están en este dispositivo. Inténtalo cuando hayan llegado.',
  found: (count) => plural(count, { one: '1 mensaje', other: '# mensajes' }),
  foundMore: (count) => plural(count, { one: '1 mensaje, y puede haber más', other: 'Los # mensajes más recientes' }),
  more: 'Buscar más atrás',
}
