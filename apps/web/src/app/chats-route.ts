import { getRouteApi } from '@tanstack/react-router'

/** The hooks of `/chats/{user_id}` for its pages, which the router itself loads. */
export const chatsRoute = getRouteApi('/chats/$userId')
