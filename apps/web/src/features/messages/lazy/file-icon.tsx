import { IconShape, type IconShapeProps } from '../../../components/icon-shape.tsx'

const paths = {
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.5 17A1.8 1.8 0 0 1 7 14.5L14 7.5',
  next: 'M9 5l7 7-7 7',
  minus: 'M5 12h14',
} as const

export type FileIconName = keyof typeof paths

/** The icons that only the parts for files have. */
export function FileIcon({ name, ...rest }: Omit<IconShapeProps, 'path'> & { readonly name: FileIconName }) {
  return <IconShape path={paths[name]} {...rest} />
}
