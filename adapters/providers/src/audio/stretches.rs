//! Where a recording is silent: at its beginning, at its end and, longest, in between. Keeps sums only, never samples.

/// Length of the window whose level decides, hundredths of a second: short enough for a word, long enough for a deep voice.
const WINDOWS_A_SECOND: u32 = 100;
/// Below this level a window is silent: -50 dBFS, mean square, where full scale is 1.
const SILENT_MEAN_SQUARE: f64 = 1e-5;

/// Listens window by window.
#[derive(Debug)]
pub(super) struct Stretches {
    channels: usize,
    hertz: u64,
    window: u64,
    /// Frames and squares of the window that is not full yet.
    frames: u64,
    squares: f64,
    /// Silent frames since something was heard.
    run: u64,
    leading: Option<u64>,
    inner: u64,
}

/// Silent stretches in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Silence {
    pub(super) leading: u64,
    pub(super) trailing: u64,
    pub(super) inner: u64,
}

impl Stretches {
    pub(super) fn new(hertz: u32, channels: usize) -> Self {
        Self {
            channels: channels.max(1),
            hertz: u64::from(hertz.max(1)),
            window: u64::from((hertz / WINDOWS_A_SECOND).max(1)),
            frames: 0,
            squares: 0.0,
            run: 0,
            leading: None,
            inner: 0,
        }
    }

    /// Takes interleaved samples.
    pub(super) fn hear(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = (self.window - self.frames) as usize * self.channels;
            let (now, later) = samples.split_at(room.min(samples.len()));
            self.squares += squares(now);
            self.frames += now.len().div_ceil(self.channels) as u64;
            if self.frames == self.window {
                self.close();
            }
            samples = later;
        }
    }

    /// All of it is leading when nothing was heard.
    pub(super) fn silence(mut self) -> Silence {
        self.close();
        let ms = |frames: u64| frames * 1_000 / self.hertz;
        match self.leading {
            Some(leading) => Silence {
                leading: ms(leading),
                trailing: ms(self.run),
                inner: ms(self.inner),
            },
            None => Silence {
                leading: ms(self.run),
                trailing: 0,
                inner: 0,
            },
        }
    }

    fn close(&mut self) {
        if self.frames == 0 {
            return;
        }
        let mean = self.squares / (self.frames as f64 * self.channels as f64);
        if mean < SILENT_MEAN_SQUARE {
            self.run += self.frames;
        } else {
            match self.leading {
                None => self.leading = Some(self.run),
                Some(_) => self.inner = self.inner.max(self.run),
            }
            self.run = 0;
        }
        (self.frames, self.squares) = (0, 0.0);
    }
}

/// The sum of the squares, as sums side by side: one sum would wait for each addition.
fn squares(samples: &[f32]) -> f64 {
    let (fours, rest) = samples.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for four in fours {
        for (sum, sample) in sums.iter_mut().zip(four) {
            *sum += f64::from(*sample) * f64::from(*sample);
        }
    }
    let rest = rest.iter().map(|s| f64::from(*s) * f64::from(*s));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches of 8 kHz: milliseconds and level.
    fn heard(parts: &[(usize, f32)], channels: usize) -> Silence {
        let mut stretches = Stretches::new(8_000, channels);
        let samples: Vec<f32> = parts
            .iter()
            .flat_map(|(ms, level)| std::iter::repeat_n(*level, ms * 8 * channels))
            .collect();
        // Packets end anywhere.
        for packet in samples.chunks(channels * 77) {
            stretches.hear(packet);
        }
        stretches.silence()
    }

    fn silence(leading: u64, inner: u64, trailing: u64) -> Silence {
        Silence {
            leading,
            trailing,
            inner,
        }
    }

    #[test]
    fn the_longest_pause_counts_and_the_ends_count_apart() {
        let parts = [
            (500, 0.0),
            (100, 0.1),
            (200, 0.0),
            (100, 0.1),
            (700, 0.0),
            (100, 0.1),
            (900, 0.0),
        ];
        assert_eq!(heard(&parts, 1), silence(500, 700, 900));
        assert_eq!(heard(&parts, 2), silence(500, 700, 900));
    }

    #[test]
    fn below_the_threshold_is_silence_and_above_is_none() {
        assert_eq!(heard(&[(1_000, 0.0031)], 1), silence(1_000, 0, 0));
        assert_eq!(heard(&[(1_000, 0.0033)], 1), silence(0, 0, 0));
    }

    #[test]
    fn a_window_that_is_not_full_at_the_end_counts() {
        assert_eq!(heard(&[(10, 0.1), (5, 0.0)], 1), silence(0, 0, 5));
        assert_eq!(heard(&[], 1), silence(0, 0, 0));
    }
}
