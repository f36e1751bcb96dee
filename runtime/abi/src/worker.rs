//! A worker: a context for compiled code, the heap behind it, and the way in and out.

#![allow(unsafe_code)]

use crate::batch::Batch;
use crate::ctx::{Ctx, RESULTS, SMALL_CLASSES};
use crate::error::{ErrorKind, RuntimeError};
use crate::heap::{Budget, Heap};
use crate::jump::{self, JumpBuffer};
use crate::layout::{IMMORTAL, builtin};
use crate::module::Module;
use crate::object::{self, LayoutInfo, is_object};
use crate::point::Point;
use crate::replay::Replay;
use crate::scopes::{ScopeCache, ScopeEntry, Scopes};
use crate::stack;
use crate::stream::Stream;
use crate::tape::Tape;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Where lines of output go; a line comes without its end.
pub type Output = Box<dyn FnMut(&str) + Send>;

/// What the workers of a run share.
#[derive(Clone)]
pub struct Host {
    /// Memory of all of them.
    pub budget: Arc<Budget>,
    /// Set to stop them.
    pub interrupt: Arc<AtomicBool>,
    /// Set to ask programs that look at it to come to an end.
    pub stopping: Arc<AtomicBool>,
    /// Where `print` goes.
    pub output: Arc<Mutex<Output>>,
    /// Scopes of names.
    pub scopes: Arc<Scopes>,
}

impl Host {
    /// With a limit of memory in bytes, and an output.
    pub fn new(memory: usize, output: Output) -> Host {
        Host {
            budget: Arc::new(Budget::new(memory)),
            interrupt: Arc::new(AtomicBool::new(false)),
            stopping: Arc::new(AtomicBool::new(false)),
            output: Arc::new(Mutex::new(output)),
            scopes: Arc::new(Scopes::default()),
        }
    }

    /// Whether the run is to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

impl Default for Host {
    /// No limit of memory; output is dropped.
    fn default() -> Host {
        Host::new(usize::MAX / 2, Box::new(|_| {}))
    }
}

/// A worker. Its context is its first field, so that runtime functions find the worker from the context.
#[repr(C)]
pub struct Worker {
    ctx: Ctx,
    pub(crate) heap: Heap,
    pub(crate) layouts: Arc<[LayoutInfo]>,
    pub(crate) module: Arc<Module>,
    pub(crate) host: Host,
    pub(crate) scope_cache: ScopeCache,
    /// Where densities are evaluated.
    pub(crate) point: Point,
    pub(crate) tape: Tape,
    /// Where choices are looked up in the replay view.
    pub(crate) replay: Replay,
    jump: *mut JumpBuffer,
    error: Option<RuntimeError>,
    /// Whether compiled code has been left by an error: what it had is still on the heap.
    has_garbage: bool,
}

// SAFETY: the raw pointers are to the worker's own heap and particle state, which move with it; a worker is used by one
// thread at a time (it is not Sync), and `jump` is null whenever no thread is inside `enter`.
unsafe impl Send for Worker {}

/// What happens in a call of [`Worker::enter`].
struct Call<F, R> {
    function: F,
    ctx: *mut Ctx,
    result: MaybeUninit<R>,
}

/// Runs the closure of a [`Call`].
unsafe extern "C" fn trampoline<F: FnOnce(*mut Ctx) -> R + Copy, R: Copy>(call: *mut c_void) {
    // SAFETY: `enter` passes a live Call of these types.
    unsafe {
        let call = call as *mut Call<F, R>;
        let function = (*call).function;
        (*call).result.write(function((*call).ctx));
    }
}

impl Worker {
    /// A worker for a program, with a seed for its stream.
    pub fn new(module: Arc<Module>, host: Host, seed: u64) -> Worker {
        let layouts = module.layouts.iter().map(LayoutInfo::of).collect();
        let ctx = Ctx {
            stack_limit: 0,
            interrupt: host.interrupt.as_ptr() as *const u8,
            log_weight: 0.0,
            trace: null_mut(),
            memo: null_mut(),
            scope: 0,
            mems: 0,
            input: 0,
            pending: null_mut(),
            position: 0,
            point: std::ptr::null(),
            plan: std::ptr::null(),
            derivative: null_mut(),
            tape: null_mut(),
            tape_end: null_mut(),
            path: 0,
            stream: Stream::new(seed),
            results: [0; RESULTS],
            free: [null_mut(); SMALL_CLASSES],
        };
        let heap = Heap::new(host.budget.clone());
        let scope_cache = ScopeCache::default();
        let replay = Replay::of(&module);
        Worker {
            ctx,
            heap,
            layouts,
            module,
            host,
            scope_cache,
            point: Point::default(),
            tape: Tape::default(),
            replay,
            jump: null_mut(),
            error: None,
            has_garbage: false,
        }
    }

    /// The worker of a context.
    ///
    /// # Safety
    /// The context is that of a live worker, and no other reference to the worker is in use.
    pub unsafe fn of<'a>(ctx: *mut Ctx) -> &'a mut Worker {
        // SAFETY: the context is the first field of a worker.
        unsafe { &mut *(ctx as *mut Worker) }
    }

    /// The context.
    pub fn ctx(&mut self) -> &mut Ctx {
        &mut self.ctx
    }

    /// The context as compiled code takes it.
    pub fn ctx_pointer(&mut self) -> *mut Ctx {
        self as *mut Worker as *mut Ctx
    }

    /// The program.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// What is shared with other workers.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// How objects of each layout are arranged.
    pub fn layouts(&self) -> &Arc<[LayoutInfo]> {
        &self.layouts
    }

    /// The point at which densities are evaluated.
    pub fn point(&mut self) -> &mut Point {
        &mut self.point
    }

    /// The trace on which the replay view runs.
    pub fn replay(&mut self) -> &mut Replay {
        &mut self.replay
    }

    /// Makes compiled code read the point from its beginning, with a log weight of 0 and an empty tape.
    pub fn begin_density(&mut self) {
        self.ctx.log_weight = 0.0;
        self.point.begin(&mut self.ctx);
        self.tape.begin(&mut self.ctx);
    }

    /// As [`Worker::begin_density`]; derivatives are added to what is there.
    ///
    /// # Panics
    /// If they are not as many as the plan has.
    ///
    /// # Safety
    /// The derivatives are alive, and used by nobody else, while the evaluation runs.
    pub unsafe fn begin_gradient(&mut self, derivative: &mut [f64]) {
        assert_eq!(derivative.len(), self.point.values().len(), "the point has another dimension");
        self.begin_density();
        self.ctx.derivative = derivative.as_mut_ptr();
    }

    /// See [`Point::extend`].
    pub(crate) fn extend_point(&mut self, site: i64, count: i64) -> Result<(), ErrorKind> {
        self.point.extend(&mut self.ctx, site, count)
    }

    /// See [`Tape::grow`].
    pub(crate) fn grow_tape(&mut self, more: usize) {
        self.tape.grow(&mut self.ctx, more);
    }

    /// Calls compiled code; an error it raises comes back as a value. Calls may nest.
    ///
    /// # Safety
    /// The function calls compiled code of this worker's program as its signature asks. It keeps no value with a
    /// destructor on the stack meanwhile: an error skips its frames. (Copy closures capture none.)
    pub unsafe fn enter<F, R>(&mut self, function: F) -> Result<R, RuntimeError>
    where
        F: FnOnce(*mut Ctx) -> R + Copy,
        R: Copy,
    {
        let worker: *mut Worker = self;
        let mut buffer = JumpBuffer::new();
        let mut call = Call { function, ctx: worker as *mut Ctx, result: MaybeUninit::uninit() };
        // SAFETY: all access to the worker in the call is through this pointer. The buffer lives until the previous one
        // is put back, so `jump` never dangles.
        unsafe {
            let previous = std::mem::replace(&mut (*worker).jump, &raw mut buffer);
            let limit = std::mem::replace(&mut (*worker).ctx.stack_limit, stack::limit());
            let raised = jump::enter(&raw mut buffer, trampoline::<F, R>, &raw mut call as *mut c_void);
            (*worker).jump = previous;
            (*worker).ctx.stack_limit = limit;
            if raised == 0 {
                return Ok(call.result.assume_init());
            }
            (*worker).has_garbage = true;
            Err((*worker).error.take().unwrap_or(RuntimeError::new(ErrorKind::Unreachable)))
        }
    }

    /// Stops compiled code with an error.
    ///
    /// # Safety
    /// As [`crate::raise`].
    pub(crate) unsafe fn raise(ctx: *mut Ctx, error: RuntimeError) -> ! {
        // SAFETY: the context is that of a worker. If no `enter` is active, the contract is broken and there is no way on.
        unsafe {
            let worker = ctx as *mut Worker;
            (*worker).error = Some(error);
            if (*worker).jump.is_null() {
                std::process::abort();
            }
            jump::leave((*worker).jump)
        }
    }

    /// Memory for an object, its header set (count 1) and its words undefined.
    pub fn allocate(&mut self, layout: u32, bytes: usize) -> Result<*mut u64, ErrorKind> {
        let ctx = self.ctx_pointer();
        let object = self.heap.allocate(ctx, bytes)?;
        // SAFETY: a new object of at least 16 bytes.
        unsafe { *object = object::header(1, layout) };
        Ok(object)
    }

    /// A new array, its words 0.
    pub fn allocate_array(&mut self, layout: u32, length: usize) -> Result<*mut u64, ErrorKind> {
        let array = self.reserve_array(layout, length)?;
        let words = self.layouts[layout as usize].stride * length;
        // SAFETY: room for these words.
        unsafe { std::ptr::write_bytes(array.add(2), 0, words) };
        Ok(array)
    }

    /// A new array, its words undefined: they are written before anything else can see them.
    pub fn reserve_array(&mut self, layout: u32, length: usize) -> Result<*mut u64, ErrorKind> {
        let words = self.layouts[layout as usize].stride.checked_mul(length).filter(|words| *words < 1 << 43);
        let Some(words) = words else {
            return Err(self.heap.exhausted());
        };
        let array = self.allocate(layout, 16 + 8 * words)?;
        // SAFETY: room for the length.
        unsafe { *array.add(1) = length as u64 };
        Ok(array)
    }

    /// A new matrix, its elements 0.
    pub fn allocate_matrix(&mut self, rows: usize, columns: usize) -> Result<*mut u64, ErrorKind> {
        let count = rows.checked_mul(columns).filter(|count| *count < 1 << 43).ok_or(ErrorKind::Overflow)?;
        let matrix = self.allocate(builtin::MATRIX.0, 24 + 8 * count)?;
        // SAFETY: room for the sizes and the elements.
        unsafe {
            *matrix.add(1) = rows as u64;
            *matrix.add(2) = columns as u64;
            std::ptr::write_bytes(matrix.add(3), 0, count);
        }
        Ok(matrix)
    }

    /// A copy of an array or matrix of numbers.
    ///
    /// # Safety
    /// The object is a live one, whose elements are numbers.
    pub unsafe fn copy_numbers(&mut self, object: *const u64) -> Result<*mut u64, ErrorKind> {
        // SAFETY: by the contract; the copy has the same size.
        unsafe {
            let layout = object::layout_of(object);
            let numbers = object::numbers(object);
            let copy = if layout == builtin::MATRIX.0 {
                let (rows, columns, _) = object::matrix(object);
                self.allocate_matrix(rows, columns)?
            } else {
                self.reserve_array(layout, numbers.len())?
            };
            object::numbers_mut(copy).copy_from_slice(numbers);
            Ok(copy)
        }
    }

    /// Takes a reference from what a pointer word refers to.
    ///
    /// # Safety
    /// The word is a pointer that the caller owns, of this worker's heap (or immortal).
    #[inline]
    pub unsafe fn release(&mut self, word: u64) {
        if !is_object(word) {
            return;
        }
        let count = word as *mut u32;
        // SAFETY: the lower half of the header of a live object.
        unsafe {
            match *count {
                1 => self.free(word as *mut u64),
                shared if shared & IMMORTAL == 0 => *count = shared - 1,
                _ => {}
            }
        }
    }

    /// Frees an object whose last reference is gone, and with it what only it referred to.
    ///
    /// Objects that wait for their remaining pointers to be looked at are linked through their first pointer word (what
    /// stood there has been dealt with already), so this needs no memory, however deep the structure.
    ///
    /// # Safety
    /// The object is of this worker's heap, live, with a count of 1, and not used again.
    pub unsafe fn free(&mut self, object: *mut u64) {
        let mut waiting: *mut u64 = null_mut();
        // SAFETY: every object here is of this heap and has lost its last reference; it has a layout of the module.
        unsafe {
            self.descend(object, &mut waiting);
            while !waiting.is_null() {
                let parent = waiting;
                let info: *const LayoutInfo = &self.layouts[object::layout_of(parent) as usize];
                let first = (*info).start() + (*info).pointers[0] as usize;
                waiting = *parent.add(first) as *mut u64;
                if (*info).batch.is_some() {
                    self.descend_batch(&*info, parent, &mut waiting);
                    continue;
                }
                for repeat in 0..(*info).repeats(parent) {
                    let element = parent.add((*info).start() + repeat * (*info).stride);
                    for &pointer in &(&(*info).pointers)[usize::from(repeat == 0)..] {
                        let child = drop_reference(*element.add(pointer as usize));
                        self.descend(child, &mut waiting);
                    }
                }
                let (bytes, ctx) = ((*info).bytes(parent), self.ctx_pointer());
                self.heap.release(ctx, parent, bytes);
            }
        }
    }

    /// Looks at the pointers of a batch but for the first, and frees it.
    ///
    /// # Safety
    /// As [`Worker::free`].
    #[cold]
    unsafe fn descend_batch(&mut self, info: &LayoutInfo, parent: *mut u64, waiting: &mut *mut u64) {
        let Some(layout) = &info.batch else { return };
        // SAFETY: by the contract; the layouts outlive the call.
        unsafe {
            let batch = Batch::of(parent, layout);
            let mut index = 1;
            while index < batch.count() {
                // Most have the environment of the one before: as many references as there are, but for the last one, go at once.
                let environment = *batch.environment(index);
                let first = index;
                while index < batch.count() && *batch.environment(index) == environment {
                    index += 1;
                }
                let more = (index - first - 1) as u32;
                if is_object(environment) && *(environment as *const u32) & IMMORTAL == 0 {
                    *(environment as *mut u32) -= more;
                }
                let child = drop_reference(environment);
                self.descend(child, waiting);
            }
            for index in 0..if layout.is_traced { batch.count() } else { 0 } {
                let child = drop_reference(*batch.trace(index));
                self.descend(child, waiting);
            }
            if layout.owns_pointers() {
                for index in 0..batch.count() {
                    let words = batch.particle(index);
                    for &at in layout.pointers(words[0]) {
                        let child = drop_reference(words[at as usize]);
                        self.descend(child, waiting);
                    }
                }
            }
            let (bytes, ctx) = (info.bytes(parent), self.ctx_pointer());
            self.heap.release(ctx, parent, bytes);
        }
    }

    /// Follows first pointers from an object that lost its last reference (or null): objects without pointers are freed, the others wait.
    ///
    /// # Safety
    /// As [`Worker::free`].
    #[inline]
    unsafe fn descend(&mut self, mut object: *mut u64, waiting: &mut *mut u64) {
        let ctx = self.ctx_pointer();
        while !object.is_null() {
            // SAFETY: the object is live but for its last reference.
            unsafe {
                debug_assert_eq!(object::count_of(object), 1, "an object is freed twice");
                let info = &self.layouts[object::layout_of(object) as usize];
                if info.pointers.is_empty() || info.repeats(object) == 0 {
                    let bytes = info.bytes(object);
                    self.heap.release(ctx, object, bytes);
                    return;
                }
                let link = object.add(info.start() + info.pointers[0] as usize);
                let child = drop_reference(*link);
                if info.pointers.len() == 1 && info.repeats(object) == 1 && info.batch.is_none() {
                    // Nothing else to look at: a chain goes in one pass.
                    let bytes = info.bytes(object);
                    self.heap.release(ctx, object, bytes);
                } else {
                    *link = *waiting as u64;
                    *waiting = object;
                }
                object = child;
            }
        }
    }

    /// The handle of a scope.
    pub(crate) fn scope(&mut self, entry: ScopeEntry) -> i64 {
        let scopes = &self.host.scopes;
        *self.scope_cache.entry(entry).or_insert_with(|| scopes.intern(entry))
    }

    /// Whether compiled code has been left by an error, so that there are objects that nobody owns.
    pub fn has_garbage(&self) -> bool {
        self.has_garbage
    }

    /// How many objects are live; 0 if there are some that nobody owns, which cannot be told apart.
    pub fn live_objects(&self) -> usize {
        if self.has_garbage { 0 } else { self.heap.live_objects(&self.ctx) }
    }

    /// Bytes that the heap has taken from the system.
    pub fn heap_bytes(&self) -> usize {
        self.heap.reserved()
    }
}

/// Takes a reference away; gives the object if that was its last one, with its count still 1.
#[inline]
unsafe fn drop_reference(word: u64) -> *mut u64 {
    if is_object(word) {
        let count = word as *mut u32;
        // SAFETY: the lower half of the header of a live object.
        unsafe {
            if *count == 1 {
                return word as *mut u64;
            }
            if *count & IMMORTAL == 0 {
                *count -= 1;
            }
        }
    }
    null_mut()
}
