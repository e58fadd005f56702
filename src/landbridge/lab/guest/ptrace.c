/* A ptrace(2) for User-Mode Linux on processors with a large register state (AMX and later).
 *
 * UML 6.1 keeps 2,696 bytes of a process' extended state, and the host's kernel takes nothing but the whole of it
 * (arch/x86/kernel/fpu/regset.c: EFAULT when the sizes differ). So what UML sets is padded with zeroes to the whole:
 * the components behind byte 2,696 stay in their initial state, which is where a guest, that never sees them, has them.
 *
 * Self-contained, because it is compiled without the C library's headers.
 */
struct iovec {
  void *base;
  unsigned long length;
};

long syscall(long number, ...);
void *memcpy(void *to, const void *from, unsigned long length);

enum { PTRACE = 101, GETREGSET = 0x4204, SETREGSET = 0x4205, X86_XSTATE = 0x202, PEEKTEXT = 1, PEEKUSER = 3, MOST = 65536 };

static char scratch[MOST], padded[MOST];
static unsigned long whole;

long ptrace(long request, long pid, long address, void *data)
{
  long value, failed;

  if (request == SETREGSET && address == X86_XSTATE) {
    struct iovec *given = data, state = {scratch, MOST};
    if (!whole && syscall(PTRACE, (long)GETREGSET, pid, address, &state) == 0)
      whole = state.length;
    if (whole > given->length) {
      memcpy(padded, given->base, given->length);
      state.base = padded;
      state.length = whole;
      return syscall(PTRACE, request, pid, address, &state);
    }
  }
  if (request >= PEEKTEXT && request <= PEEKUSER) { /* the C library hands out the word itself, the kernel stores it */
    failed = syscall(PTRACE, request, pid, address, &value);
    return failed ? failed : value;
  }
  return syscall(PTRACE, request, pid, address, data);
}
