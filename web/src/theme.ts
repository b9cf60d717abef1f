// Colours that people with weak sight can tell apart, in light and dark, and sizes used everywhere.
import type { CSSVariablesResolver, VariantColorsResolver } from '@mantine/core';
import { createTheme, defaultVariantColorsResolver } from '@mantine/core';

/** Light badges and alerts: a deep text on a pale ground, or the other way round in the dark. */
const variantColorResolver: VariantColorsResolver = input => {
  const usual = defaultVariantColorsResolver(input);
  const color = input.color ?? input.theme.primaryColor;
  if (!(color in input.theme.colors)) return usual;
  const of = (shade: number) => `var(--mantine-color-${color}-${shade})`;
  const deep = `color-mix(in srgb, ${of(9)} 62%, black)`;
  const ink = `light-dark(${deep}, ${of(2)})`;
  if (input.variant === 'filled' && ['green', 'teal', 'orange'].includes(color)) {
    const ground = `color-mix(in srgb, ${of(9)} 75%, black)`;
    return { ...usual, background: ground, hover: `color-mix(in srgb, ${of(9)} 62%, black)`, color: 'white' };
  }
  if (input.variant === 'light') {
    const night = `color-mix(in srgb, ${of(9)} 28%, var(--mantine-color-body))`;
    const ground = `light-dark(${of(0)}, ${night})`;
    return { ...usual, background: ground, hover: `light-dark(${of(1)}, ${night})`, color: ink };
  }
  if (['subtle', 'outline', 'transparent'].includes(input.variant)) return { ...usual, color: ink };
  return usual;
};

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  variantColorResolver,
  components: {
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, centered: true } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    PasswordInput: { defaultProps: { visibilityToggleFocusable: true } },
    Anchor: { defaultProps: { underline: 'always' } },
    Select: { defaultProps: { comboboxProps: { withinPortal: true } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-error': '#b02525',
    '--mantine-color-anchor': '#145591',
  },
  dark: {
    '--mantine-color-dimmed': '#b8b8b8',
    '--mantine-color-placeholder': '#a6a6a6',
    '--mantine-color-error': '#ffa8a8',
    '--mantine-color-anchor': '#a5d8ff',
  },
});
