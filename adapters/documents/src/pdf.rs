//! The digest as a PDF: tagged for screen readers, its font inside, the same bytes for the same figures.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Smart},
    layout::PagedDocument,
    syntax::{FileId, Source, VirtualPath},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_pdf::PdfOptions;

use crate::{DigestDocument, DocumentError};

/// How many documents the typesetter remembers its work of.
const REMEMBERED: usize = 2;

/// What does not change from document to document.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    figures: FileId,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    // Inter, SIL Open Font License 1.1; see adapters/documents/fonts/LICENSE.
    let files: [&[u8]; 2] = [
        include_bytes!("../fonts/Inter-Regular.otf"),
        include_bytes!("../fonts/Inter-SemiBold.otf"),
    ];
    let fonts: Vec<_> = files
        .into_iter()
        .flat_map(|f| Font::iter(Bytes::new(f)))
        .collect();
    let template = FileId::new(None, VirtualPath::new("digest.typ"));
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(template, include_str!("../templates/digest.typ").to_owned()),
        figures: FileId::new(None, VirtualPath::new("digest.json")),
    }
});

/// One document on the press. It has two files, the template and the figures, and no others.
struct Sheet {
    figures: Bytes,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        PRESS.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == PRESS.template.id() {
            Ok(PRESS.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == PRESS.figures {
            Ok(self.figures.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    /// What time it is stands in the figures.
    fn today(&self, _: Option<i64>) -> Option<Datetime> {
        None
    }
}

fn said(errors: &[SourceDiagnostic]) -> DocumentError {
    let messages: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
    DocumentError(messages.join("; "))
}

/// The whole file. It takes some tenths of a second of one core: call it where it holds up nobody.
pub fn digest_pdf(document: &DigestDocument) -> Result<Vec<u8>, DocumentError> {
    let figures = serde_json::to_vec(document).map_err(|e| DocumentError(e.to_string()))?;
    let sheet = Sheet {
        figures: Bytes::new(figures),
    };
    let set = typst::compile::<PagedDocument>(&sheet)
        .output
        .map_err(|e| said(&e))?;
    let options = PdfOptions {
        ident: Smart::Auto,
        ..PdfOptions::default()
    };
    let file = typst_pdf::pdf(&set, &options).map_err(|e| said(&e));
    typst::comemo::evict(REMEMBERED);
    file
}
