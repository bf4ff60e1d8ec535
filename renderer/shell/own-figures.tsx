/** What Signalbox itself takes, behind one item of the status bar: its main process, and this window. */
import { Popover } from '@base-ui/react/popover';
import { type ReactNode, useMemo } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { formatBytes, formatMetric, formatRate, formatRatio, formatSeconds } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { useHost, useHostState, useNaming, useScreen } from '../model/host-context.ts';
import { staleSince } from '../model/staleness.ts';
import { processReading } from '../samples/process-reading.ts';
import { LiveText } from '../ui/live-text.tsx';
import { messages } from './messages.ts';
import { RateMeter } from './rate-meter.ts';

export function OwnFigures(): ReactNode {
  return (
    <Popover.Root>
      <Popover.Trigger className="h-6 shrink-0 rounded-sm px-1 text-dim hover:bg-hover hover:text-ink focus-visible:-outline-offset-2">
        {messages.product}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} side="top" align="end" className="z-50">
          <Popover.Popup className="w-72 card p-3 text-sm shadow-float">
            <Popover.Title className="heading-section">{messages.ownFigures}</Popover.Title>
            <MainFigures />
            <WindowFigures />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Figures = readonly { readonly name: string; readonly read: () => string }[];

function List({
  title,
  figures,
  dim = false,
}: {
  title: string;
  figures: Figures;
  dim?: boolean;
}): ReactNode {
  return (
    <>
      <h3 className="mt-2 text-xs font-medium text-dim">{title}</h3>
      <dl className={`grid grid-cols-[1fr_auto] gap-x-4 ${dim ? 'text-dim' : ''}`}>
        {figures.map(({ name, read }) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt>{name}</dt>
            <dd className="text-right">
              <LiveText read={read} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function MainFigures(): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const since = useHostState((state) => staleSince(state, MAIN_SOURCE));
  const read = (suffix: Parameters<typeof processReading>[1], format: (value: number) => string) => () =>
    format(processReading(host.source(MAIN_SOURCE), suffix));
  const title = naming(messages.mainProcess);
  return (
    <List
      title={since === null ? title : `${title}, ${messages.stale(formatClock(since))}`}
      dim={since !== null}
      figures={[
        { name: messages.loopDelay, read: read('loop_delay_seconds', formatSeconds) },
        { name: messages.cpu, read: read('cpu_ratio', formatRatio) },
        { name: messages.memory, read: read('resident_memory_bytes', formatBytes) },
        { name: messages.monitoring, read: read('monitoring_cpu_ratio', formatRatio) },
        {
          name: messages.monitoringBytes,
          read: read('monitoring_bytes_total', (value) => formatMetric(value, 'bytes', true)),
        },
      ]}
    />
  );
}

/** What this window takes in and how long it draws: of its processor time that is what it decides on. */
function WindowFigures(): ReactNode {
  const { traffic, draw } = useScreen();
  const figures = useMemo(() => {
    const [frames, bytes, drawing] = [new RateMeter(), new RateMeter(), new RateMeter()];
    return [
      { name: messages.framesIn, read: () => formatRate(frames.rate(traffic.frames, performance.now())) },
      {
        name: messages.bytesIn,
        read: () => formatMetric(bytes.rate(traffic.bytes, performance.now()), 'bytes', true),
      },
      {
        name: messages.drawing,
        read: () => formatRatio(drawing.rate(draw.spentMs, performance.now()) / 1_000),
      },
    ];
  }, [traffic, draw]);
  return <List title={messages.thisWindow} figures={figures} />;
}
