//! Lambda `fixes-items`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::items::FUNCTION)
}
