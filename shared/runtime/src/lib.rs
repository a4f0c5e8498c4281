//! What a Lambda is: a function with a name and a trigger, its environment, its secrets, and the loop that serves it.

mod env;
mod function;
mod kernel;
mod rotation;
mod serve;
mod sweep;
mod system;

pub use env::{Env, EnvError};
pub use function::{Answered, Deadline, Delivered, Failure, Function, Handled, Trigger};
pub use kernel::{Connect, Deps, Kernel, Secrets, secrets};
pub use rotation::{Rotation, Step, Versions};
pub use serve::{detail_of, event_of, main, router};
pub use sweep::each_due;
pub use system::{SystemClock, SystemRandom};

/// What a start fails with: the function refuses to serve (F11).
pub type StartError = Box<dyn std::error::Error + Send + Sync>;
