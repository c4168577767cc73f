// ONNX Runtime's CPU provider as a peer of forward.py: node ort_peer.cjs MODEL.onnx THREADS PIXELS
// A line on stdin is a batch size; a line of JSON on stdout is the forward's seconds and the first image's [CLS].
// PIXELS: float32 [images, 3, H, W], of which a batch takes the first; H and W come from the model.
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const {createRequire} = require('module');
// Installed by forward.py into its working folder, not beside this file.
const ort = createRequire(path.resolve('package.json'))('onnxruntime-node');

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n');
}

function readPixels(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

async function main() {
  const [, , model, threads, pixelsFile] = process.argv;
  const pixels = readPixels(pixelsFile);
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const [, channels, height, width] = session.inputMetadata[0].shape;
  say({ready: true, version: require(path.resolve('node_modules/onnxruntime-node/package.json')).version});
  for await (const line of readline.createInterface({input: process.stdin})) {
    const batch = Number(line);
    const values = pixels.subarray(0, batch * channels * height * width);
    const feeds = {pixel_values: new ort.Tensor('float32', values, [batch, channels, height, width])};
    const start = performance.now();
    const results = await session.run(feeds);
    const seconds = (performance.now() - start) / 1000;
    const output = results[session.outputNames[0]];
    say({seconds, cls: Array.from(output.data.subarray(0, output.dims[2]))});
  }
}

main().catch((error) => {
  process.stderr.write(`ort_peer: ${error.message}\n`);
  process.exit(1);
});
