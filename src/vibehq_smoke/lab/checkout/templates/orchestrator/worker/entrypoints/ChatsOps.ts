/** ChatsOps: conversations, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { conversationLogs } from "../database/schema";

export class ChatsOps extends WorkerEntrypoint<WorkerEnv> {
  async getConversation(conversationId: string) {
    return { success: true, messages: await findRows(this.env.DB_CHATS, conversationLogs, { conversationId }) };
  }
}
