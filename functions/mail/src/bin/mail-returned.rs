//! Lambda `mail-returned`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(mail::returned::FUNCTION)
}
