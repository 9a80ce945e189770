import { codicons, type IconName } from './codicons';

/** One of VS Code's icons, beside a word: it says nothing by itself. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      {codicons[name].map((outline) => (
        <path key={outline} d={outline} />
      ))}
    </svg>
  );
}
