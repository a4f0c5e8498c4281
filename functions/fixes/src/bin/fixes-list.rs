//! Lambda `fixes-list`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::list::FUNCTION)
}
