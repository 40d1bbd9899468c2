/** CI sets CENTERNET_REQUIRE_ALL: there, a case or mode that is missing is a failure and no skip. */
export const mayBeLeftOut = process.env.CENTERNET_REQUIRE_ALL !== "1";

/** CENTERNET_EVERY_BACKEND asks for large networks on the slow backends, too, which takes an hour more. */
export const onEveryBackend = process.env.CENTERNET_EVERY_BACKEND !== undefined;
