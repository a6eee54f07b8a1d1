import { IconShape, type IconShapeProps } from './icon-shape.tsx'

const paths = {
  back: 'M15 5l-7 7 7 7',
  down: 'M12 5v14M6 13l6 6 6-6',
  up: 'M12 19V5M6 11l6-6 6 6',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2 12.5l4 4 8.5-9M11 15.5l1 1 9-9.5',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 2',
  alert: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.3',
  plus: 'M12 5v14M5 12h14',
  list: 'M4 6h16M4 12h16M4 18h10',
  inbox: 'M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0',
  unassigned: 'M9.2 4.5a8 8 0 0 1 5.6 0M19.5 9.2a8 8 0 0 1 0 5.6M14.8 19.5a8 8 0 0 1-5.6 0M4.5 14.8a8 8 0 0 1 0-5.6',
  chat: 'M5 5h14v11H11l-4 3.5V16H5z',
  chevron: 'M7 10l5 5 5-5',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  pause: 'M9 6v12M15 6v12',
} as const

export type IconName = keyof typeof paths

type IconProps = Omit<IconShapeProps, 'path'> & { readonly name: IconName }

export function Icon({ name, ...rest }: IconProps) {
  return <IconShape path={paths[name]} {...rest} />
}
