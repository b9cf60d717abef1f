//! What goes over the wire to each provider, and what every class of answer becomes. The servers here are made for the test at hand
//! and know nothing of the vendors but what the test says.

#[cfg(test)]
mod anthropic;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod drop_cowboy;
#[cfg(test)]
mod drop_cowboy_v1;
#[cfg(test)]
mod elevenlabs;
#[cfg(test)]
mod google;
#[cfg(test)]
mod groq;
#[cfg(test)]
mod history;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod mojo;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod stage;
