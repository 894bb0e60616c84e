/** Las palabras de las salas con miembros en español: quién está, quién entra, y cuánta seguridad puede haber. */
import type { RefusedReason, Verification } from '@kith/peer'
import { formats } from '../format.ts'
import type { MembersMessages } from '../members-en.ts'

const { plural, number, list } = formats('es')

/** Cuánto dura algo todavía, en la unidad más grande que quepa. */
function lasting(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000))
  if (minutes < 90) return plural(minutes, { one: '1 minuto', other: '# minutos' })
  const hours = Math.round(minutes / 60)
  return hours < 48
    ? plural(hours, { one: '1 hora', other: '# horas' })
    : plural(Math.round(hours / 24), { one: '1 día', other: '# días' })
}

const verifiedByLevel: Readonly<
  Record<Verification['level'], (names: readonly string[], claim: string | undefined) => string>
> = {
  self: () => 'Eres tú',
  compared: () => 'Comparado por ti',
  pin: () => 'Le diste un PIN',
  attested: (_names, claim) => `Atestiguado: ${claim ?? 'una dirección'}`,
  vouched: (names) => (names.length === 0 ? 'Con aval' : `Con el aval de ${list(names)}`),
  none: () => 'Sin comprobar',
  changed: () => 'No es la clave que comparaste',
}

const refusedBecause: Readonly<Record<RefusedReason, string>> = {
  expired: 'Esta invitación ha caducado. Pide otra a quien te la envió.',
  used: 'Alguien ya entró con esta invitación. Pide una para ti.',
  revoked: 'Esta invitación se retiró. Pregunta a quien te la envió qué pasó.',
  burnt: 'Demasiados PIN equivocados: esta invitación ya no abre nada. Pide otra.',
  declined: 'Alguien de la sala dijo que no. Pregunta a quien te invitó.',
  unknown: 'Nadie en la sala conoce esta invitación. Mira si se copió el enlace entero, o pide otra.',
}

export const membersEs: MembersMessages = {
  lasting: (ms) => lasting(ms),

  person: {
    verified: (level, names, claim) => verifiedByLevel[level](names, claim),
    roles: { founder: 'Fundación', admin: 'Admin', member: 'Miembro' },
    muted: 'Silenciado por ti',
    hidden: 'Oculto por ti',
    about: (name) => `Sobre ${name}`,
    inSince: (date) => `Dentro desde el ${date}`,
    addedBy: (name) => `Entró gracias a ${name}`,
    founded: 'Creó esta sala',
    vouches: 'Quién responde',
    methods: { pin: 'con un PIN', sas: 'comparando números', link: 'enviando la invitación' },
    vouch: (name, method) => `${name}, ${method}`,
    noVouches: 'Nadie ha respondido.',
    notMember: 'No es miembro de esta sala.',
    verifiedTitle: '¿Cuánta seguridad hay?',
    explain: {
      self: 'Los demás ven tu marca y tu color junto a tu nombre.',
      compared: 'Comparasteis números: no hay nadie en medio.',
      pin: 'Conocía el PIN que le dijiste por otro medio, así que es a quien se lo dijiste.',
      attested: 'Un servicio en el que confías dice que esta clave es de esa dirección.',
      vouched: 'Gente en quien confías conoce a esta persona. Tú todavía no.',
      none: 'Cualquiera puede ponerse cualquier nombre. Comparad números para tener seguridad.',
      changed:
        'Ya comparaste números con alguien de este nombre, y esta es otra clave. Puede ser un dispositivo nuevo, u otra persona. Compara de nuevo antes de confiar.',
    },
    vouchFor: 'Responder por esta persona',
    vouchHint: 'Tu palabra de que la conoces. La ve toda la sala.',
    mute: 'Silenciar',
    unmute: 'Dejar de silenciar',
    hide: 'Ocultar lo que escribe',
    show: 'Mostrar lo que escribe',
    quietHint: 'Solo aquí, solo para ti. No se le dice.',
    makeAdmin: 'Hacer admin',
    makeMember: 'Hacer miembro corriente',
    remove: 'Quitar de la sala…',
    reach: 'Cómo se llega hasta allí',
  },

  remove: {
    title: (name) => `¿Quitar a ${name}?`,
    body: 'Conserva lo que ha leído. No podrá leer nada de lo que se diga desde ahora, y nadie muestra lo que escriba después.',
    fallsTitle: (count) =>
      plural(count, {
        one: '1 persona está aquí solo gracias a ella:',
        other: '# personas están aquí solo gracias a ella:',
      }),
    vouchedBy: (names) => (names.length === 0 ? 'nadie responde' : `con el aval de ${list(names)}`),
    without: 'Sin marcar, se quedan: entonces respondes tú por ellas.',
    confirm: 'Quitar',
    confirmMany: (count) => `Quitar a ${number(count)} personas`,
    failed: 'No se quitó a nadie: las reglas de esta sala lo dejan a otra persona, o ya no está.',
  },

  invite: {
    title: 'Invitar a alguien',
    lead: 'Cada invitación deja entrar a quien la tenga, tantas veces como digas. Con PIN, solo a quien le digas el número.',
    uses: 'Para cuántas personas',
    usesOf: (count) => plural(count, { one: '1 persona', other: '# personas' }),
    lasts: 'Cuánto dura',
    lastsFor: (ms) => lasting(ms),
    pin: 'Pedir un PIN',
    pinHint: 'Cuando abra el enlace verás aquí seis cifras. Díselas por teléfono o en persona.',
    noPinHint: 'Quien consiga el enlace está dentro. Sirve para un grupo al que ya llegas por un medio seguro.',
    make: 'Hacer la invitación',
    open: 'Invitaciones abiertas',
    state: (uses, ms) =>
      `${plural(uses, { one: 'para 1 persona más', other: 'para # personas más' })}, quedan ${lasting(ms)}`,
    asksPin: 'con PIN',
    byLink: 'sin PIN',
    by: (name) => `Hecha por ${name}`,
    show: 'Mostrar',
    revoke: 'Retirar',
    another: 'Hacer otra',
    mayNot: 'En esta sala solo invitan los admins. Pídeselo a uno.',
    failed: 'No se hizo ninguna invitación. Inténtalo de nuevo en un momento.',
    keepOpen: 'Quédate aquí hasta que entren: alguien tiene que abrir la puerta.',
  },

  door: {
    title: 'A la puerta',
    wants: (name) => `${name} quiere entrar`,
    lacks: (name, have, need) =>
      `${name} necesita ${plural(need - have, { one: '1 aval más', other: '# avales más' })} para entrar`,
    vouchedBy: (names) => `${list(names)} ${names.length === 1 ? 'responde' : 'responden'}`,
    showPin: 'Mostrar un PIN',
    vouch: 'Responder sin PIN',
    decline: 'Despedir',
    pin: 'Dile este PIN por teléfono o en persona. No en un chat.',
    pinLeft: (seconds) => `vale ${plural(seconds, { one: '1 segundo', other: '# segundos' })}`,
    pinOver: 'Este PIN ya no vale. Muestra otro cuando esté lista la otra persona.',
    tries: (left) => plural(left, { one: 'queda 1 intento', other: 'quedan # intentos' }),
    wrong: (count) => plural(count, { one: 'Se puso un PIN equivocado.', other: 'Se pusieron # PIN equivocados.' }),
    away: 'Ahora mismo sin conexión.',
    spoken: (digits) => `PIN ${digits.split('').join(' ')}`,
  },

  entering: {
    meeting: 'Llamando a la puerta…',
    meetingLead:
      'Buscando a alguien de la sala que pueda abrir. Tiene que haber alguien en línea; deja abierta esta página.',
    pin: 'Escribe el PIN',
    pinLead: (by) =>
      `${by === '' ? 'Quien te invitó' : by} ve seis cifras. Pídeselas por teléfono o en persona, y escríbelas aquí.`,
    pinLabel: 'PIN, seis cifras',
    enter: 'Entrar',
    checking: 'Comprobando…',
    wrong: (left) =>
      `Ese no era el PIN. ${plural(left, { one: 'Queda un intento: vuelve a pedir el número antes de usarlo.', other: 'Quedan # intentos.' })}`,
    malformed: 'Un PIN son seis cifras.',
    vouches: 'Casi dentro',
    vouchesLead: (have, need) =>
      `${number(have)} de ${number(need)} miembros han respondido por ti. Esta sala pide ${number(need)}: tiene que conocerte otro más. Deja abierta esta página.`,
    refused: 'No te dejaron entrar',
    refusedWhy: (reason) => refusedBecause[reason],
    forget: 'Olvidar esta invitación',
    invited: 'Te han invitado',
    invitedLead: 'A una sala con miembros: deciden ellos quién entra. Ven el nombre que te pongas aquí.',
    yourName: 'Tu nombre',
    go: 'Llamar',
    goHint: 'Nadie salvo quienes están en la sala sabe que viniste.',
  },

  moved: {
    title: 'Esta sala sigue en otra parte',
    by: (name) => `${name || 'Alguien'} hizo una sala con miembros para los de aquí.`,
    byMe: 'Hiciste una sala con miembros para los de aquí.',
    bySome: (name) => `${name || 'Alguien'} hizo una sala con miembros para algunos de los de aquí.`,
    hint: 'Allí te dejan entrar con un PIN. Lo que se dijo aquí se queda aquí.',
    hintChosen: 'Allí te esperan: no te piden PIN. Lo que se dijo aquí se queda aquí.',
    hintSome: 'Si te corresponde estar allí, pide una invitación.',
    hintMe: 'Quien te siga llama a su puerta.',
    go: 'Ir allí',
    failed: 'Ahora no funcionó. Inténtalo de nuevo en un momento.',
    settings: 'Pasar a una sala con miembros',
    settingsHint:
      'Quien tenga el enlace de esta sala la lee para siempre. En una sala con miembros los miembros deciden quién entra y quién sale.',
    settingsDo: 'Pasar…',
    alongTitle: '¿Quién va contigo?',
    alongHint:
      'Entran sin PIN. A quien dejes fuera se le dice que os fuisteis, y no adónde. Si no dejas fuera a nadie, también quien venga aquí más tarde verá el camino, y se le pedirá un PIN.',
    alongNobody: 'Hasta ahora no había nadie más aquí. Quien venga verá el camino, y se le pedirá un PIN.',
    settingsSure: 'Hacerla y avisar a los de aquí',
    cancel: 'Cancelar',
  },
  slow: (seconds) =>
    seconds < 90
      ? `Modo lento: podrás escribir en ${plural(seconds, { one: 'un segundo', other: '# segundos' })}.`
      : `Modo lento: podrás escribir en ${number(Math.ceil(seconds / 60))} minutos.`,
  standing: {
    revoked: 'Tu dispositivo principal quitó este. Lo dicho hasta entonces se puede leer; no llega más.',
    removed: (by) =>
      `${by === '' ? 'Alguien' : by} te quitó de esta sala. Lo que has leído se queda aquí; no llega más.`,
    left: 'Saliste de esta sala. Lo que has leído se queda aquí; no llega más.',
    mayNotPost: 'En esta sala solo escriben los admins.',
    slow: (seconds) => `Modo lento: podrás escribir en ${plural(seconds, { one: '1 segundo', other: '# segundos' })}.`,
  },

  held: {
    title: 'Esperando para salir',
    files: (count) => plural(count, { one: '1 archivo', other: '# archivos' }),
    why: 'La sala está recibiendo una clave nueva. Esto sale solo en un momento.',
  },

  changed: {
    one: (name) => `${name} tiene aquí otra clave que la de ${name} con quien comparaste números.`,
    hint: 'Puede ser un dispositivo nuevo, o alguien que tomó el nombre. No le digas nada secreto antes de comparar otra vez.',
    compare: 'Comparar ahora',
  },

  policy: {
    title: 'Reglas de la sala',
    readOnly: 'Las ponen quien la fundó y los admins.',
    whoMayAdd: 'Quién puede invitar',
    whoMayPost: 'Quién puede escribir',
    whom: { members: 'Todos', admins: 'Admins' },
    vouches: 'Avales para alguien nuevo',
    vouchesHint: 'Tantos miembros tienen que conocer a alguien antes de que entre.',
    history: 'Qué pueden leer los nuevos',
    histories: {
      all: 'Todo',
      days: (days) => plural(days, { one: 'El último día', other: 'Los últimos # días' }),
      sinceJoin: 'Solo lo que venga después',
    },
    historyHint: 'Con días, las claves y los mensajes más antiguos se borran en todos los dispositivos.',
    slow: 'Modo lento',
    slowOff: 'No',
    slowEvery: (seconds) =>
      seconds < 60 ? `Un mensaje cada ${number(seconds)} s` : `Un mensaje cada ${number(seconds / 60)} min`,
    slowHint: 'Para todos menos los admins. Lo que llega antes no se muestra a nadie.',
    failed: 'La regla no se cambió. Inténtalo de nuevo en un momento.',
    own: 'Solo para ti',
    edgeRule: 'Con quién se conecta tu dispositivo',
    edgeRules: { trusted: 'Con aval', own: 'Comprobados por ti' },
    edgeHints: {
      trusted: 'Todos aquellos por quienes ha respondido suficiente gente en quien confías.',
      own: 'Solo aquellos con quienes usaste un PIN o comparaste números. Lo que escriben los demás te llega igual, a través de ellos; el mapa muestra los huecos.',
    },
    removed: 'Quitados de esta sala',
    removedBy: (name, by, date) => `${name}, por ${by}, ${date}`,
    leftOn: (name, date) => `${name} salió, ${date}`,
    leave: 'Salir de la sala',
    leaveHint: 'Los demás ven que saliste. Para volver necesitas otra invitación.',
    leaveTitle: (room) => `¿Salir de ${room}?`,
    leaveBody: 'No podrás leer nada de lo que se diga desde entonces. Lo que hay aquí se queda hasta que lo borres.',
    who: (count, verifiedCount) =>
      `Sala con miembros: ${plural(count, { one: '1 persona', other: '# personas' })}, ${number(verifiedCount)} comprobadas por ti. Ellas deciden quién entra.`,
  },
}
