//! [MC-NBFX]: binary XML, read as events and written from them.
//!
//! [`Reader`] gives one [`Event`] for each start tag (with all its attributes, names resolved), text record, end tag
//! and comment; arrays come as the elements they stand for. [`Writer`] takes the same in order. Texts keep their type
//! as a [`Value`]; its [`Value::characters`] are what XML text would have.
//!
//! ```
//! use ipamconf::wire::nbfx::{Event, Limits, Reader, Value};
//! // <a>true</a>
//! let mut reader = Reader::document(&[0x40, 1, b'a', 0x87], &(), Limits::default());
//! assert!(matches!(reader.read()?, Some(Event::Start(start)) if start.local == "a"));
//! assert_eq!(reader.read()?, Some(Event::Text(Value::Bool(true))));
//! assert_eq!(reader.read()?, Some(Event::End));
//! assert_eq!(reader.read()?, None);
//! # Ok::<(), ipamconf::wire::nbfx::NbfxError>(())
//! ```

mod array;
mod budget;
pub(super) mod cursor;
mod error;
mod event;
mod limits;
pub(super) mod names;
mod number;
mod reader;
pub mod record;
mod render;
mod scope;
mod smallest;
mod text;
mod value;
mod write_text;
mod writer;
mod xml;

pub use error::{Fault, NbfxError};
pub use event::{Attribute, Event, Start};
pub use limits::Limits;
pub use reader::{Form, Reader, Strings};
pub use value::{DateTime, DateTimeKind, Decimal, Value};
pub use writer::{Interned, WriteError, Writer};
pub use xml::{to_xml, to_xml_lines};
