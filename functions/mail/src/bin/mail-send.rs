//! Lambda `mail-send`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(mail::send::FUNCTION)
}
