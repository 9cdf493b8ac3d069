// The middleware of the official signing server in its order (Express 4 with helmet, cors, a JSON
// limit of 1 MB, zod), around the published signing SDK. Prints the official line when it listens.
import { BuilderSigner } from "@polymarket/builder-signing-sdk";
import cors from "cors";
import express from "express";
import helmet from "helmet";
import { z } from "zod";

const { POLY_BUILDER_API_KEY: key, POLY_BUILDER_SECRET: secret, POLY_BUILDER_PASSPHRASE: passphrase } = process.env;
const signer = new BuilderSigner({ key, secret, passphrase });
const shape = z.object({
  path: z.string().min(1),
  method: z.string().min(1),
  body: z.string().optional(),
  timestamp: z.number().optional(),
});

const app = express();
app.use(helmet({ crossOriginResourcePolicy: { policy: "cross-origin" } }), cors(), express.json({ limit: "1mb" }));
app.get("/", (_, answer) => answer.json({ data: "OK" }));
app.post("/sign", (request, answer) => {
  const { success, data, error } = shape.safeParse(request.body);
  if (!success) return answer.status(400).json({ error: "Invalid request", details: error });
  answer.json(signer.createBuilderHeaderPayload(data.method, data.path, data.body));
});
app.use((request, answer) => answer.status(404).json({ error: "Not Found", path: request.path }));
app.use((error, _request, answer, _next) => answer.status(error.status ?? 500).json({ error: "Internal Server Error" }));

const listener = app.listen(Number(process.env.PORT), "127.0.0.1", () =>
  console.log(`Builder signing server listening on :${listener.address().port}`),
);
