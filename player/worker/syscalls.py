"""The system calls a picture worker may make, as a program that the kernel runs at each of them (seccomp BPF)."""

import errno
import struct
from dataclasses import dataclass

PROT_EXEC = 4
CLONE_VM = 0x100
CLONE_THREAD = 0x10000
F_DUPFD_CLOEXEC = 1030

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

# struct seccomp_data: the call's number, the architecture, where it came from, and six arguments of eight bytes.
_NUMBER_AT = 0
_ARCHITECTURE_AT = 4
_ARGUMENTS_AT = 16
_X32 = 0x40000000  # calls of the x32 kind on x86-64 have this bit: other numbers for the same calls


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture and the numbers its kernel has for what is allowed there."""

    audit: int  # AUDIT_ARCH_…
    seccomp: int
    free: tuple[int, ...]  # allowed whatever the arguments are
    memory: tuple[int, int]  # mmap, mprotect: allowed unless they ask for memory that can be executed
    clone: int  # allowed for threads
    clone3: int  # its arguments cannot be seen from here: told that it does not exist, glibc falls back to clone
    fcntl: int  # allowed for F_DUPFD_CLOEXEC, which mapping the shared memory needs


# read write close fstat lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev sched_yield mremap
# madvise nanosleep getpid gettid exit exit_group futex sched_getaffinity clock_gettime clock_getres clock_nanosleep
# set_robust_list getrandom rseq sigaltstack restart_syscall gettimeofday getrusage
MACHINES = {
    "x86_64": Machine(
        audit=0xC000003E,
        seccomp=317,
        free=(
            *(0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28),
            *(35, 39, 186, 60, 231, 202, 204, 228, 229, 230),
            *(273, 318, 334, 131, 219, 96, 98),
        ),
        memory=(9, 10),
        clone=56,
        clone3=435,
        fcntl=72,
    ),
    "aarch64": Machine(
        audit=0xC00000B7,
        seccomp=277,
        free=(
            *(63, 64, 57, 80, 62, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233),
            *(101, 172, 178, 93, 94, 98, 123, 113, 114, 115),
            *(99, 278, 293, 132, 128, 169, 165),
        ),
        memory=(222, 226),
        clone=220,
        clone3=435,
        fcntl=25,
    ),
}


def filter_for(machine: Machine) -> bytes:
    """The program: what is on the list is allowed, all else is refused with EPERM, another architecture is death."""
    program = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, machine.audit, then=1),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER_AT),
        _step(_AT_LEAST, _X32, otherwise=1),
        _step(_RETURN, _KILL_PROCESS),
    ]
    for number in machine.free:
        program += [_step(_EQUAL, number, otherwise=1), _step(_RETURN, _ALLOW)]
    for number in machine.memory:
        program += _where(number, argument=2, mask=PROT_EXEC, value=0)
    program += _where(machine.clone, argument=0, mask=CLONE_THREAD | CLONE_VM, value=CLONE_THREAD | CLONE_VM)
    program += _where(machine.fcntl, argument=1, mask=0xFFFFFFFF, value=F_DUPFD_CLOEXEC)
    program += [
        _step(_EQUAL, machine.clone3, otherwise=1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),
        _step(_RETURN, _ERRNO | errno.EPERM),
    ]
    return b"".join(program)


def _where(number: int, *, argument: int, mask: int, value: int) -> list[bytes]:
    """Allow a call if this argument, masked, has this value; refuse it if not. Its low half comes first on both."""
    return [
        _step(_EQUAL, number, otherwise=5),
        _step(_LOAD, _ARGUMENTS_AT + 8 * argument),
        _step(_AND, mask),
        _step(_EQUAL, value, otherwise=1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _ERRNO | errno.EPERM),
    ]


def _step(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
