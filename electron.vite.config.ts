/**
 * How the desktop app is built, by `electron-vite build`: main and the daemons as ES modules with most of their dependencies
 * left in node_modules, the sandboxed preload script as one CommonJS file, and the window, which both hosts serve.
 * Targets are the oldest Electron that the app runs on (33: Node 20.18, Chromium 130).
 */
import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { registry } from './daemons/registry.ts';
import { BUILT_IN, threadEntries, threadModules } from './scripts/thread-modules.ts';

const root = import.meta.dirname;

/** Every line of the registry becomes out/daemons/<id>.js. */
const daemonEntries = Object.fromEntries(
  registry.map(({ id }) => [`daemons/${id}`, resolve(root, 'daemons', id, 'main.ts')]),
);

export default defineConfig({
  main: {
    plugins: [threadModules(root)],
    build: {
      target: 'node20',
      // The parent of all outputs: main is built first, so this also clears what an earlier build left.
      outDir: 'out',
      emptyOutDir: true,
      sourcemap: true,
      externalizeDeps: { exclude: BUILT_IN },
      rolldownOptions: {
        input: {
          'main/electron': resolve(root, 'main/electron/main.ts'),
          ...daemonEntries,
          ...threadEntries(root),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: 'out/preload',
      // A sandboxed preload script can require nothing but Electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve(root, 'preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    base: './',
    plugins: [react(), tailwindcss()],
    build: {
      target: 'chrome130',
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      // The content security policy allows neither inline scripts nor data: fonts.
      assetsInlineLimit: 0,
      // The window is loaded from the same machine: one file is faster than several.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input: resolve(root, 'renderer/index.html') },
    },
  },
});
