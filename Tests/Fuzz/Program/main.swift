import FuzzGenerators

FuzzCommand.main()
