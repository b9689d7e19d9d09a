// Runs ONNX files with ONNX Runtime: node run.mjs REQUESTS.json, an array of {model, input, shape, output}. `input` holds float32 elements of a batch of
// that shape; the scores are written to `output` as float32.
import { readFileSync, writeFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

for (const { model, input, shape, output } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2 });
    const bytes = readFileSync(input);
    const images = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const { logits } = await session.run({ images: new ort.Tensor('float32', images, shape) });
    writeFileSync(output, new Uint8Array(logits.data.buffer, logits.data.byteOffset, logits.data.byteLength));
    await session.release();
  } catch (error) {
    console.error(`${model}: ${error.message}`);
    process.exitCode = 1;
  }
}
